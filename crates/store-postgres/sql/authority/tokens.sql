-- tokens: all tokens, oldest first.
SELECT name, hash, roles, made, expires, used, revoked FROM leasehold_authority.token ORDER BY number
