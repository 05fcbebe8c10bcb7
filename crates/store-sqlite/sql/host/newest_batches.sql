-- newest_batches: the journal before a batch, newest first.
SELECT batch, at, entries FROM journal WHERE batch < ?1 ORDER BY batch DESC LIMIT ?2
