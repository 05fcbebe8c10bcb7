-- objects: the activation objects that were signed.
SELECT product_key, subject_id, cti, expires FROM leasehold_authority.directory_object ORDER BY number
