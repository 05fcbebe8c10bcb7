-- sealed_batches: the journal in its order, with the seals.
SELECT journal.batch, journal.at, journal.entries, seal.host,
       seal.number, seal.previous, seal.root, seal.seal, seal.signature, seal.at, seal.leaves, seal.kind, seal.size
FROM journal LEFT JOIN seal ON seal.batch = journal.batch ORDER BY journal.batch, seal.number
