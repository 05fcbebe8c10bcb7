-- clients_from: clients in the order of their keys, each with all its families.
SELECT client, family FROM client
WHERE client IN (SELECT DISTINCT client FROM client WHERE client > ?1 ORDER BY client LIMIT ?2) ORDER BY client, family
