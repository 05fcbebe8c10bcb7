-- tip: the end of a host's chain.
SELECT number, seal FROM seal WHERE host = ?1 ORDER BY number DESC LIMIT 1
