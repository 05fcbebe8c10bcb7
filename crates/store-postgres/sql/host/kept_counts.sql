-- kept_counts: the counts kept for each family, and those of its rows; how many seconds of its horizon have another count than its rows.
SELECT f.id, f.name, f.clients, f.live,
       (SELECT count(*) FROM leasehold_host.client AS c WHERE c.family = f.id AND c.counts AND c.last_seen > f.seen_after),
       (SELECT count(*) FROM leasehold_host.lease AS l WHERE l.family = f.id AND NOT l.early AND l.expires > f.live_after),
       (SELECT count(*) FROM (
            SELECT FROM (SELECT ends, at, count FROM leasehold_host.horizon WHERE family = f.id
                         UNION ALL SELECT false, last_seen, -1 FROM leasehold_host.client
                         WHERE family = f.id AND counts AND last_seen > 0
                         UNION ALL SELECT true, expires, -1 FROM leasehold_host.lease WHERE family = f.id AND NOT early)
                 AS second (ends, at, count)
            GROUP BY ends, at HAVING sum(count) <> 0) AS differing)
FROM leasehold_host.family AS f ORDER BY f.id
