-- add_signer: the public key of a host that seals here.
INSERT INTO leasehold_host.signer (host, key) VALUES ($1, $2) ON CONFLICT (host) DO NOTHING
