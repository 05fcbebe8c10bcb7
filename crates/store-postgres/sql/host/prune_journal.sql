-- prune_journal: takes the entries out of batches.
UPDATE leasehold_host.journal SET entries = '' WHERE batch = ANY ($1::int8[])
