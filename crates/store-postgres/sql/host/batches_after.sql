-- batches_after: the journal after a batch, in its order, with the seals.
SELECT j.batch, j.at, j.entries, s.host, s.number, s.previous, s.root, s.seal, s.signature, s.at, s.leaves, s.kind, s.size
FROM (SELECT * FROM leasehold_host.journal WHERE batch > $1 ORDER BY batch LIMIT $2) AS j
LEFT JOIN leasehold_host.seal AS s ON s.batch = j.batch
ORDER BY j.batch, s.number
