-- leases: the last leases of these clients for these products.
SELECT asked.n, l.lease, l.request, l.issued, l.expires, l.seal, l.forks, l.released
FROM unnest($1::bytea[], $2::int4[], $3::int4[]) WITH ORDINALITY AS asked (client, family, product, n)
JOIN leasehold_host.lease AS l ON l.client = asked.client AND l.family = asked.family AND l.product = asked.product
