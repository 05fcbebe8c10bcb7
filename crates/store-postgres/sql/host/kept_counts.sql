-- kept_counts: the counts kept for each family, and those of its rows.
SELECT f.id, f.name, f.clients, f.live,
       (SELECT count(*) FROM leasehold_host.client AS c WHERE c.family = f.id AND c.counts AND c.last_seen > f.seen_boundary),
       (SELECT count(*) FROM leasehold_host.lease AS l WHERE l.family = f.id AND NOT l.early AND l.expires > f.live_boundary)
FROM leasehold_host.family AS f ORDER BY f.id
