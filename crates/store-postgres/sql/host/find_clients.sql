-- find_clients: the first clients of a stretch whose name or address has a text in it, and that are of a kind: 0 any, 1 with a live lease,
-- 2 without, 3 twins, 4 forked, 5 with a live lease of a user.
-- OFFSET 0 has the leases of each client looked up by its key: a plan made while the tables are small may else read all live leases.
SELECT DISTINCT c.client FROM leasehold_host.client AS c
WHERE c.client > $1 AND c.client <= $2
  AND ($3::text = '' OR strpos(lower(c.host_name), $3) > 0 OR strpos(host(c.address), $3) > 0)
  AND CASE $4::int4
      WHEN 0 THEN true
      WHEN 1 THEN EXISTS (SELECT FROM (SELECT * FROM leasehold_host.lease AS l WHERE l.client = c.client OFFSET 0) AS l
                          WHERE l.family = c.family AND NOT l.early AND l.expires > $5::int8)
      WHEN 2 THEN c.last_seen > 0
          AND NOT EXISTS (SELECT FROM (SELECT * FROM leasehold_host.lease AS l WHERE l.client = c.client OFFSET 0) AS l
                          WHERE l.family = c.family AND NOT l.early AND l.expires > $5::int8)
      WHEN 3 THEN NOT c.counts AND c.last_seen > 0
      WHEN 4 THEN EXISTS (SELECT FROM (SELECT * FROM leasehold_host.lease AS l WHERE l.client = c.client OFFSET 0) AS l
                          WHERE l.family = c.family AND l.forks > 0)
      ELSE EXISTS (SELECT FROM (SELECT * FROM leasehold_host.lease AS l WHERE l.client = c.client OFFSET 0) AS l
                   WHERE l.family = c.family AND l.holder IS NOT NULL AND NOT l.early AND l.expires > $5::int8)
      END
ORDER BY c.client LIMIT $6
