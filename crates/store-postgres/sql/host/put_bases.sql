-- put_bases: clients as the pruned part of the journal leaves them.
INSERT INTO leasehold_host.base (client, family, record) SELECT * FROM unnest($1::bytea[], $2::text[], $3::bytea[])
ON CONFLICT (client, family) DO UPDATE SET record = excluded.record
