-- The public keys of the hosts that seal here, by which their signatures can be verified wherever the store is.
CREATE TABLE signer (
    host BLOB NOT NULL PRIMARY KEY,
    key  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How many leaves a seal is over: those of pruned batches are gone.
ALTER TABLE seal ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
UPDATE seal SET size = length(leaves) / 32;

-- Clients with their leases as the pruned part of the journal leaves them, encoded.
CREATE TABLE base (
    client BLOB NOT NULL,
    family TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (client, family)
) STRICT, WITHOUT ROWID;

-- The batch up to which the journal is pruned: its entries and leaves are empty.
ALTER TABLE folded ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;
