-- chain: a host's chain up to a seal, newest first.
SELECT number, batch FROM chain WHERE host = ?1 AND number <= ?2 ORDER BY number DESC LIMIT ?3
