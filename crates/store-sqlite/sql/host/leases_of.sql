-- leases_of: a client's leases in a family.
SELECT lease, request, issued, expires, seal, forks, released, product FROM lease WHERE client = ?1 AND family = ?2
