-- seals_after: a host's chain after a seal, in its order, with the journal of each seal's batch; without the leaves.
SELECT seal.number, seal.previous, seal.root, seal.seal, seal.signature, seal.at, x'', seal.kind, seal.size, journal.entries
FROM seal JOIN journal ON journal.batch = seal.batch WHERE seal.host = ?1 AND seal.number > ?2 ORDER BY seal.number
