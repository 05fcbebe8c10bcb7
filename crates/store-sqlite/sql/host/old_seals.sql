-- old_seals: the seals of stores before version 8, by batch.
SELECT number, previous, root, seal, signature, at, leaves, kind, size, host, batch FROM seal ORDER BY batch, number
