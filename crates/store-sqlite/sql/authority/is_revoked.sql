-- is_revoked: whether a key or document is on the revocation list.
SELECT 1 FROM revocation WHERE kind = ?1 AND name = ?2;
