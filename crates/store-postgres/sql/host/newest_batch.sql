-- newest_batch: the newest batch of the journal.
SELECT coalesce(max(batch), 0) FROM leasehold_host.journal
