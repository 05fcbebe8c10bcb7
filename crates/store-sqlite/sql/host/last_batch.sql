-- last_batch: the newest batch.
SELECT coalesce(max(batch), 0) FROM journal
