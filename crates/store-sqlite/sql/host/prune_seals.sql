-- prune_seals: takes the leaves out of the seals of a batch.
UPDATE seal SET leaves = x'' WHERE batch = ?1
