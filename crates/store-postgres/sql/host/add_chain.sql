-- add_chain: a host that has sealed nothing yet.
INSERT INTO leasehold_host.chain (host, number, seal) VALUES ($1, 0, $2) ON CONFLICT (host) DO NOTHING
