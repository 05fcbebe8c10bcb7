-- leases_ending: how many leases of a family end by themselves within a stretch of time.
SELECT coalesce(sum(count), 0)::int8 FROM leasehold_host.horizon WHERE family = $1 AND ends AND at > $2 AND at <= $3
