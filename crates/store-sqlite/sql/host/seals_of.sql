-- seals_of: the seals of one batch.
SELECT seals FROM journal WHERE batch = ?1
