-- is_empty: whether nothing was ever decided here.
SELECT NOT EXISTS (SELECT 1 FROM journal) AND NOT EXISTS (SELECT 1 FROM client)
