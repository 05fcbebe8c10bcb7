-- revocation_list_replace: replaces the newest revocation list.
INSERT INTO revocation_list (only, number, issued, document) VALUES (1, ?1, ?2, ?3)
ON CONFLICT (only) DO UPDATE SET number = excluded.number, issued = excluded.issued, document = excluded.document;
