-- client: one client of a family.
SELECT first_seen, last_seen, fingerprint, host_name, address, counts, requests FROM client
WHERE client = ?1 AND family = ?2
