-- add_batch: the journal row of one batch.
INSERT INTO journal (batch, at, entries) VALUES (?1, ?2, ?3)
