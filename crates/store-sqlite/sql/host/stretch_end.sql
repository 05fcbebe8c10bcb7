-- stretch_end: the last of so many rows of clients, and how many there are.
SELECT max(client), count(*) FROM (SELECT client FROM client WHERE client > ?1 ORDER BY client LIMIT ?2)
