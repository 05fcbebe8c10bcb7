-- batches_after: the batches that are not folded yet.
SELECT batch, at, entries FROM journal WHERE batch > ?1 ORDER BY batch
