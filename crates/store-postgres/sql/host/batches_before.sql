-- batches_before: the journal before a batch, newest first.
SELECT batch, at, entries FROM leasehold_host.journal WHERE batch < $1 ORDER BY batch DESC LIMIT $2
