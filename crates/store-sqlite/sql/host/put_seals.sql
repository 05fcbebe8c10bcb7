-- put_seals: puts the seals of a batch beside its entries.
UPDATE journal SET seals = ?2 WHERE batch = ?1
