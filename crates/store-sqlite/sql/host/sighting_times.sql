-- sighting_times: when each client of each family was last seen.
SELECT family, last_seen, client FROM client
