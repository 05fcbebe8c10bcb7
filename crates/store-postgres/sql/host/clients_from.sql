-- clients_from: clients in the order of their keys, each with its leases.
SELECT c.client, f.name, c.first_seen, c.last_seen, c.fingerprint, c.host_name, c.address,
       p.name, l.lease, l.request, l.issued, l.expires, l.seal, l.forks, l.released
FROM (SELECT * FROM leasehold_host.client WHERE client > $1 ORDER BY client, family LIMIT $2) AS c
JOIN leasehold_host.family AS f ON f.id = c.family
LEFT JOIN leasehold_host.lease AS l ON l.client = c.client AND l.family = c.family
LEFT JOIN leasehold_host.product AS p ON p.id = l.product
ORDER BY c.client, c.family
