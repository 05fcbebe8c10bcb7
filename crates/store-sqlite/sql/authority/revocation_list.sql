-- revocation_list: the newest revocation list.
SELECT number, issued, document FROM revocation_list;
