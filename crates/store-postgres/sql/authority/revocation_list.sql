-- revocation_list: the newest revocation list.
SELECT number, issued, document FROM leasehold_authority.revocation_list
