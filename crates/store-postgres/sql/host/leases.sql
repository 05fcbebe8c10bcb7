-- leases: the last leases of these clients for these products.
SELECT asked.n, l.lease, l.request, l.issued, l.expires, l.seal, l.forks, l.released, l.early, l.holder
FROM unnest($1::bytea[], $2::int4[], $3::int4[]) WITH ORDINALITY AS asked (client, family, product, n)
-- OFFSET 0 keeps the family out of the look-up: a plan made while the table is small may else read the whole family.
CROSS JOIN LATERAL (SELECT * FROM leasehold_host.lease AS l WHERE l.client = asked.client OFFSET 0) AS l
WHERE l.family = asked.family AND l.product = asked.product
