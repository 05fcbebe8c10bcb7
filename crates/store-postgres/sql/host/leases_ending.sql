-- leases_ending: how many leases of a family end by themselves within a stretch of time.
SELECT count(*) FROM leasehold_host.lease WHERE family = $1 AND NOT early AND expires > $2 AND expires <= $3
