-- vendor: whose store this is.
SELECT name, root, made FROM leasehold_authority.vendor
