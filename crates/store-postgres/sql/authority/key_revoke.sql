-- key_revoke: withdraws a product key, once.
UPDATE leasehold_authority.product_key SET revoked = $2 WHERE id = $1 AND revoked IS NULL
