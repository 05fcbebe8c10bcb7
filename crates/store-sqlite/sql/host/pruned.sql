-- pruned: the batch up to which the journal is pruned.
SELECT pruned FROM folded
