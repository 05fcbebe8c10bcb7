-- batches_after: the journal after a batch, in its order, with the seals.
SELECT j.batch, j.at, j.entries, s.host, s.number, s.previous, s.root, s.seal, s.signature, s.at, s.leaves
FROM leasehold_host.journal AS j LEFT JOIN leasehold_host.seal AS s ON s.batch = j.batch
WHERE j.batch > $1 ORDER BY j.batch LIMIT $2
