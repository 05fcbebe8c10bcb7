-- revocation_count: how many entries the revocation list has.
SELECT count(*) FROM leasehold_authority.revocation
