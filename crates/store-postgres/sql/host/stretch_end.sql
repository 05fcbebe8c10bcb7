-- stretch_end: the last of so many rows of clients, and how many there are. There is no max of bytes.
WITH stretch AS (SELECT client FROM leasehold_host.client WHERE client > $1 ORDER BY client LIMIT $2)
SELECT (SELECT client FROM stretch ORDER BY client DESC LIMIT 1), (SELECT count(*) FROM stretch)
