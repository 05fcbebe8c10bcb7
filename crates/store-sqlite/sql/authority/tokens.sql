-- tokens: all tokens, oldest first.
SELECT name, hash, roles, made, expires, used, revoked FROM token ORDER BY number;
