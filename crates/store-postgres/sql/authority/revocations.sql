-- revocations: all entries of the revocation list, oldest first.
SELECT kind, name, at, list FROM leasehold_authority.revocation ORDER BY number
