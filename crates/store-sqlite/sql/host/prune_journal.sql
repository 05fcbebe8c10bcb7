-- prune_journal: takes the entries out of a batch, and the leaves out of its seals.
UPDATE journal SET entries = x'', seals = ?2 WHERE batch = ?1
