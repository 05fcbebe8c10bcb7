-- The user who signed in for a lease: SHA-256 of issuer and subject; nothing where the lease is a machine's.
ALTER TABLE lease ADD COLUMN holder BLOB;

-- The leases that users hold, to count each user's devices.
CREATE INDEX lease_holder ON lease (holder, expires) WHERE holder IS NOT NULL;
