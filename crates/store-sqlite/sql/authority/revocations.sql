-- revocations: all entries of the revocation list, oldest first.
SELECT kind, name, at, list FROM revocation ORDER BY number;
