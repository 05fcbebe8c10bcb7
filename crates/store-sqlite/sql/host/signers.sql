-- signers: the public keys of all hosts that have sealed here.
SELECT key FROM signer ORDER BY host
