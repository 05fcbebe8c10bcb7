-- seal_at: one seal of a host's chain.
SELECT number, previous, root, seal, signature, at, leaves, kind, size FROM seal WHERE host = ?1 AND number = ?2
