-- counting: the clients of these families that count and have these fingerprints, or those stored for these clients.
SELECT f.id, c.fingerprint, c.client, c.last_seen
FROM (SELECT * FROM unnest($1::int4[], $2::bytea[]) AS asked (id, fingerprint)
      UNION
      SELECT stored.family, stored.fingerprint FROM unnest($1::int4[], $3::bytea[]) AS asked (id, client)
      CROSS JOIN LATERAL (SELECT * FROM leasehold_host.client AS c WHERE c.client = asked.client OFFSET 0) AS stored
      WHERE stored.family = asked.id) AS f
-- OFFSET 0: as in leases.
CROSS JOIN LATERAL (SELECT * FROM leasehold_host.client AS c
                    WHERE c.family = f.id AND c.fingerprint = f.fingerprint AND c.counts OFFSET 0) AS c
WHERE c.last_seen > 0
