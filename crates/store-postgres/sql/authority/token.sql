-- token: the token with this hash.
SELECT name, hash, roles, made, expires, used, revoked FROM leasehold_authority.token WHERE hash = $1
