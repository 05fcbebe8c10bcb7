-- sighting_times: when each client of each family that counts was last seen.
SELECT family, last_seen FROM client WHERE counts = 1 AND last_seen > 0
