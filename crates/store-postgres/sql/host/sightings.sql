-- sightings: these clients of these families.
SELECT asked.n, c.first_seen, c.last_seen, c.fingerprint, c.host_name, c.address
FROM unnest($1::bytea[], $2::int4[]) WITH ORDINALITY AS asked (client, family, n)
JOIN leasehold_host.client AS c ON c.client = asked.client AND c.family = asked.family
