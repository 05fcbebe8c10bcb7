-- clients_from: clients in the order of their keys.
SELECT first_seen, last_seen, fingerprint, host_name, address, client, family FROM client
WHERE client > ?1 ORDER BY client, family LIMIT ?2
