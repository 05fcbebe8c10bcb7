-- count_families: how families stand at these boundaries: the counts kept, less or more the rows between the boundaries.
-- OFFSET 0 keeps what is asked of the rows out of the choice of an index: a plan made while the tables are small may else take one
-- that reads the whole family.
SELECT asked.n,
       f.clients + CASE WHEN asked.seen >= f.seen_boundary
           THEN -(SELECT count(*) FROM (SELECT c.counts FROM leasehold_host.client AS c
                  WHERE c.family = f.id AND c.last_seen > f.seen_boundary AND c.last_seen <= asked.seen OFFSET 0) AS c
                  WHERE c.counts)
           ELSE (SELECT count(*) FROM (SELECT c.counts FROM leasehold_host.client AS c
                 WHERE c.family = f.id AND c.last_seen > asked.seen AND c.last_seen <= f.seen_boundary OFFSET 0) AS c
                 WHERE c.counts) END,
       f.live + CASE WHEN asked.live >= f.live_boundary
           THEN -(SELECT count(*) FROM leasehold_host.lease AS l
                  WHERE l.family = f.id AND NOT l.early AND l.expires > f.live_boundary AND l.expires <= asked.live)
           ELSE (SELECT count(*) FROM leasehold_host.lease AS l
                 WHERE l.family = f.id AND NOT l.early AND l.expires > asked.live AND l.expires <= f.live_boundary) END
FROM unnest($1::int4[], $2::int8[], $3::int8[]) WITH ORDINALITY AS asked (id, seen, live, n)
JOIN leasehold_host.family AS f ON f.id = asked.id
