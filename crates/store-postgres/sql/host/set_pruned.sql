-- set_pruned: the batch up to which the journal is pruned.
UPDATE leasehold_host.pruned SET batch = $1
