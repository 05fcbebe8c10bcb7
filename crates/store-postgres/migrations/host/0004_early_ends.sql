-- 0004_early_ends: whether a lease was ended before its time: it runs at no time then. Until now only its end said so.
ALTER TABLE leasehold_host.lease ADD COLUMN early BOOLEAN NOT NULL DEFAULT false;
UPDATE leasehold_host.lease SET early = true WHERE released = lease;

DROP INDEX leasehold_host.lease_ends;
CREATE INDEX lease_ends ON leasehold_host.lease (family, expires) WHERE NOT early;

UPDATE leasehold_host.family AS f SET live =
    (SELECT count(*) FROM leasehold_host.lease AS l WHERE l.family = f.id AND NOT l.early AND l.expires > f.live_boundary);
