-- token_revoke: withdraws a token, once.
UPDATE leasehold_authority.token SET revoked = $2 WHERE name = $1 AND revoked IS NULL
