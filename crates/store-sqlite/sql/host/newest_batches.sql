-- newest_batches: the journal, newest first.
SELECT at, entries FROM journal ORDER BY batch DESC
