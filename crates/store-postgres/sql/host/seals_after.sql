-- seals_after: so much of a host's chain after a seal, in its order, with the journal of each seal's batch; without the leaves.
SELECT s.number, s.previous, s.root, s.seal, s.signature, s.at, ''::BYTEA, s.kind, s.size, j.entries
FROM leasehold_host.seal AS s JOIN leasehold_host.journal AS j ON j.batch = s.batch
WHERE s.host = $1 AND s.number > $2 ORDER BY s.number LIMIT $3
