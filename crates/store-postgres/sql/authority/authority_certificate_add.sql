-- authority_certificate_add: adds a certificate of the root's.
INSERT INTO leasehold_authority.authority_certificate (authority, not_before, expires, document) VALUES ($1, $2, $3, $4)
