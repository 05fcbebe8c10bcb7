-- add_seal: the seal of one batch.
INSERT INTO seal (host, number, batch, at, previous, root, seal, signature, leaves, kind, size)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
