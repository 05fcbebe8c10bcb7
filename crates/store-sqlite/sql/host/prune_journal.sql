-- prune_journal: takes the entries out of a batch.
UPDATE journal SET entries = x'' WHERE batch = ?1
