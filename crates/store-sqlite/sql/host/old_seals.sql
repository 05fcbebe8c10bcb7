-- old_seals: the seals of stores before version 8, in the order in which they were made: batch by batch.
SELECT number, previous, root, seal, signature, at, leaves, kind, size, host, batch FROM seal ORDER BY id
