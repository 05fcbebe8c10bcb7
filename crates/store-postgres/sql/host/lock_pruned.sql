-- lock_pruned: the batch up to which the journal is pruned, for this transaction alone.
SELECT batch FROM leasehold_host.pruned FOR UPDATE
