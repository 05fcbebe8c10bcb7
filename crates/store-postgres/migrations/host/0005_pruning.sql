-- 0005_pruning: the journal can be pruned, and its seals be verified by whoever has the store.

-- The public keys of the hosts that seal here.
CREATE TABLE leasehold_host.signer (
    host BYTEA PRIMARY KEY CHECK (length(host) = 16),
    key  BYTEA NOT NULL CHECK (length(key) = 32)
);

-- How many leaves a seal is over: those of pruned batches are gone.
ALTER TABLE leasehold_host.seal ADD COLUMN size BIGINT NOT NULL DEFAULT 0;
UPDATE leasehold_host.seal SET size = length(leaves) / 32;

-- Clients with their leases as the pruned part of the journal leaves them, encoded.
CREATE TABLE leasehold_host.base (
    client BYTEA NOT NULL,
    family TEXT COLLATE "C" NOT NULL,
    record BYTEA NOT NULL,
    PRIMARY KEY (client, family)
);

-- The batch up to which the journal is pruned: its entries and leaves are empty. One row, locked by the host that prunes.
CREATE TABLE leasehold_host.pruned (batch BIGINT NOT NULL);
INSERT INTO leasehold_host.pruned (batch) VALUES (0);
