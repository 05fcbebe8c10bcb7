-- put_base: a client as the pruned part of the journal leaves it.
INSERT INTO base (client, family, record) VALUES (?1, ?2, ?3)
ON CONFLICT (client, family) DO UPDATE SET record = excluded.record
