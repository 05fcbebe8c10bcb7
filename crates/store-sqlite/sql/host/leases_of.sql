-- leases_of: the products of a client's leases in a family.
SELECT product FROM lease WHERE client = ?1 AND family = ?2
