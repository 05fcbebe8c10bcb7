-- token_add: adds a token.
INSERT INTO leasehold_authority.token (name, hash, roles, made, expires, used, revoked) VALUES ($1, $2, $3, $4, $5, $6, $7)
