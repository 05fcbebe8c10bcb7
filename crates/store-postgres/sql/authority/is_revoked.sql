-- is_revoked: whether a key or document is on the revocation list.
SELECT 1 FROM leasehold_authority.revocation WHERE kind = $1 AND name = $2
