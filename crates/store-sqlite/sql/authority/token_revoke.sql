-- token_revoke: withdraws a token, once.
UPDATE token SET revoked = ?2 WHERE name = ?1 AND revoked IS NULL;
