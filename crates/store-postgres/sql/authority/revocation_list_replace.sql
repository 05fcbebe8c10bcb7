-- revocation_list_replace: replaces the newest revocation list.
INSERT INTO leasehold_authority.revocation_list (one, number, issued, document) VALUES (1, $1, $2, $3)
ON CONFLICT (one) DO UPDATE SET number = excluded.number, issued = excluded.issued, document = excluded.document
