-- counting: the clients of a family that count and have this fingerprint.
SELECT client FROM client WHERE family = ?1 AND fingerprint = ?2 AND counts = 1
