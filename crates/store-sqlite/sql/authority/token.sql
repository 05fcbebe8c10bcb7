-- token: the token with this hash.
SELECT name, hash, roles, made, expires, used, revoked FROM token WHERE hash = ?1;
