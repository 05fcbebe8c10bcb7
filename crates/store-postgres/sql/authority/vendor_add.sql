-- vendor_add: records whose store this is.
INSERT INTO leasehold_authority.vendor (one, name, root, made) VALUES (1, $1, $2, $3)
