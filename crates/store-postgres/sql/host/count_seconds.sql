-- count_seconds: the horizon of all families, from their rows.
INSERT INTO leasehold_host.horizon (family, ends, at, count)
SELECT family, false, last_seen, count(*) FROM leasehold_host.client WHERE counts AND last_seen > 0 GROUP BY family, last_seen
UNION ALL
SELECT family, true, expires, count(*) FROM leasehold_host.lease WHERE NOT early GROUP BY family, expires
