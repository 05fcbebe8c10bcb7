-- key_ids: the names of all product keys, oldest first.
SELECT id FROM leasehold_authority.product_key ORDER BY issued, policy
