-- signers: the public keys of all hosts that have sealed here.
SELECT key FROM leasehold_host.signer ORDER BY host
