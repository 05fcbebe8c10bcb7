-- set_pruned: the batch up to which the journal is pruned.
UPDATE folded SET pruned = ?1
