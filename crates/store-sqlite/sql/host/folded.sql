-- folded: the batch up to which the journal is in client and lease.
SELECT batch FROM folded
