-- seals: a host's chain, newest first.
SELECT number, previous, root, seal, signature, at, leaves, kind, size FROM leasehold_host.seal
WHERE host = $1 ORDER BY number DESC LIMIT $2
