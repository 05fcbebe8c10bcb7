-- count_families: how families stand at these boundaries: the counts kept, less or more those of the seconds between the boundaries.
SELECT asked.n,
       (f.clients + CASE WHEN asked.seen >= f.seen_after
           THEN -(SELECT coalesce(sum(h.count), 0) FROM leasehold_host.horizon AS h
                  WHERE h.family = f.id AND NOT h.ends AND h.at > f.seen_after AND h.at <= asked.seen)
           ELSE (SELECT coalesce(sum(h.count), 0) FROM leasehold_host.horizon AS h
                 WHERE h.family = f.id AND NOT h.ends AND h.at > asked.seen AND h.at <= f.seen_after) END)::int8,
       (f.live + CASE WHEN asked.live >= f.live_after
           THEN -(SELECT coalesce(sum(h.count), 0) FROM leasehold_host.horizon AS h
                  WHERE h.family = f.id AND h.ends AND h.at > f.live_after AND h.at <= asked.live)
           ELSE (SELECT coalesce(sum(h.count), 0) FROM leasehold_host.horizon AS h
                 WHERE h.family = f.id AND h.ends AND h.at > asked.live AND h.at <= f.live_after) END)::int8
FROM unnest($1::int4[], $2::int8[], $3::int8[]) WITH ORDINALITY AS asked (id, seen, live, n)
JOIN leasehold_host.family AS f ON f.id = asked.id
