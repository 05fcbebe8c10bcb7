-- 0006_users: the user who signed in for a lease.

-- SHA-256 of issuer and subject; nothing where the lease is a machine's.
ALTER TABLE leasehold_host.lease ADD COLUMN holder BYTEA CHECK (length(holder) = 32);

-- The leases that users hold, to count each user's devices.
CREATE INDEX lease_holder ON leasehold_host.lease (holder, expires) WHERE holder IS NOT NULL AND NOT early;
