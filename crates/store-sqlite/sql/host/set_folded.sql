-- set_folded: the batch up to which the journal is in client and lease.
UPDATE folded SET batch = ?1
