-- revocation_add: adds an entry to the revocation list, once.
INSERT INTO leasehold_authority.revocation (kind, name, at, list) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, name) DO NOTHING
