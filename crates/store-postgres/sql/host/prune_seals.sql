-- prune_seals: takes the leaves out of the seals of batches.
UPDATE leasehold_host.seal SET leaves = '' WHERE batch = ANY ($1::int8[])
