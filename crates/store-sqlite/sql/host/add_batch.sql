-- add_batch: the journal row of one batch.
INSERT INTO journal (batch, at, entries, seals) VALUES (?1, ?2, ?3, ?4)
