-- clients_named: these clients, each with all its families and leases.
SELECT c.client, f.name, c.first_seen, c.last_seen, c.fingerprint, c.host_name, c.address, c.counts, c.requests,
       p.name, l.lease, l.request, l.issued, l.expires, l.seal, l.forks, l.released, l.early, l.holder
FROM (SELECT unnest($1::bytea[]) AS client) AS page
JOIN leasehold_host.client AS c ON c.client = page.client
JOIN leasehold_host.family AS f ON f.id = c.family
-- OFFSET 0: as in leases.
LEFT JOIN LATERAL (SELECT * FROM leasehold_host.lease AS l WHERE l.client = c.client OFFSET 0) AS l ON l.family = c.family
LEFT JOIN leasehold_host.product AS p ON p.id = l.product
ORDER BY c.client, c.family
