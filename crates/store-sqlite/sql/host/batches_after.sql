-- batches_after: the batches after one, in their order.
SELECT batch, at, entries, seals FROM journal WHERE batch > ?1 ORDER BY batch
