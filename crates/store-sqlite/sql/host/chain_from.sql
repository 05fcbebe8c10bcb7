-- chain_from: the first seal of a host's chain from a number on.
SELECT batch FROM chain WHERE host = ?1 AND number >= ?2 ORDER BY number LIMIT 1
