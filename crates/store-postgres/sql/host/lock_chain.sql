-- lock_chain: the end of a host's chain, for this transaction alone.
SELECT number, seal FROM leasehold_host.chain WHERE host = $1 FOR UPDATE
