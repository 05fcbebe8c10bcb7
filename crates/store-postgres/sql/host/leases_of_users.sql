-- leases_of_users: the leases of these users that are live at a time.
SELECT l.family, l.holder, l.client, p.name, l.expires
FROM unnest($1::bytea[]) AS asked (holder)
-- OFFSET 0: as in leases.
CROSS JOIN LATERAL (SELECT * FROM leasehold_host.lease AS l
                    WHERE l.holder = asked.holder AND NOT l.early AND l.expires > $2 OFFSET 0) AS l
JOIN leasehold_host.product AS p ON p.id = l.product
ORDER BY l.client
