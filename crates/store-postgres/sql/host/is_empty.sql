-- is_empty: whether nothing was ever decided here.
SELECT NOT EXISTS (SELECT FROM leasehold_host.journal) AND NOT EXISTS (SELECT FROM leasehold_host.client)
