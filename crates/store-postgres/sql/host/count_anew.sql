-- count_anew: how all families stand at these boundaries, by their horizon.
UPDATE leasehold_host.family AS f
SET seen_after = $1, live_after = $2,
    clients = (SELECT coalesce(sum(h.count), 0) FROM leasehold_host.horizon AS h
               WHERE h.family = f.id AND NOT h.ends AND h.at > $1),
    live = (SELECT coalesce(sum(h.count), 0) FROM leasehold_host.horizon AS h
            WHERE h.family = f.id AND h.ends AND h.at > $2)
