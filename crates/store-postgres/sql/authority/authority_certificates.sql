-- authority_certificates: the root's certificates, newest last.
SELECT authority, not_before, expires, document FROM leasehold_authority.authority_certificate ORDER BY number
