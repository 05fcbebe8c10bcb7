-- 0007_horizon: how many clients were last seen and how many leases end in each second. These times change with each renewal: without an index
-- over them only the row itself is written, where each index had a new entry for it, in a page of its own.

-- Hosts of an earlier release that still serve wait, in the order in which they lock, and are refused afterwards.
LOCK TABLE leasehold_host.family, leasehold_host.client, leasehold_host.lease IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leasehold_host.horizon (
    family INTEGER NOT NULL,
    -- Whether leases end then, or clients were last seen.
    ends   BOOLEAN NOT NULL,
    at     BIGINT NOT NULL,
    count  BIGINT NOT NULL,
    PRIMARY KEY (family, ends, at)
);
INSERT INTO leasehold_host.horizon (family, ends, at, count)
SELECT family, false, last_seen, count(*) FROM leasehold_host.client WHERE counts AND last_seen > 0 GROUP BY family, last_seen
UNION ALL
SELECT family, true, expires, count(*) FROM leasehold_host.lease WHERE NOT early GROUP BY family, expires;

DROP INDEX leasehold_host.client_seen;
DROP INDEX leasehold_host.lease_ends;
DROP INDEX leasehold_host.lease_holder;
CREATE INDEX lease_holder ON leasehold_host.lease (holder) WHERE holder IS NOT NULL AND NOT early;
-- Room beside a row for what takes its place.
ALTER TABLE leasehold_host.client SET (fillfactor = 85);
ALTER TABLE leasehold_host.lease SET (fillfactor = 85);

-- Of other names, so that an earlier host that still serves is refused instead of writing past the table above.
ALTER TABLE leasehold_host.family RENAME COLUMN seen_boundary TO seen_after;
ALTER TABLE leasehold_host.family RENAME COLUMN live_boundary TO live_after;
