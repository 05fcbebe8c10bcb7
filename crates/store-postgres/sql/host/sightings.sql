-- sightings: these clients of these families.
SELECT asked.n, c.first_seen, c.last_seen, c.fingerprint, c.host_name, c.address, c.counts, c.requests
FROM unnest($1::bytea[], $2::int4[]) WITH ORDINALITY AS asked (client, family, n)
-- OFFSET 0 keeps the family out of the look-up: a plan made while the table is small may else read the whole family.
CROSS JOIN LATERAL (SELECT * FROM leasehold_host.client AS c WHERE c.client = asked.client OFFSET 0) AS c
WHERE c.family = asked.family
