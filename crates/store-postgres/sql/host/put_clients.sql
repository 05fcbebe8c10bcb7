-- put_clients: clients as a batch leaves them.
INSERT INTO leasehold_host.client (client, family, first_seen, last_seen, fingerprint, host_name, address, counts, requests)
SELECT * FROM unnest($1::bytea[], $2::int4[], $3::int8[], $4::int8[], $5::bytea[], $6::text[], $7::inet[],
    $8::bool[], $9::bytea[])
ON CONFLICT (client, family) DO UPDATE SET first_seen = excluded.first_seen, last_seen = excluded.last_seen,
    fingerprint = excluded.fingerprint, host_name = excluded.host_name, address = excluded.address,
    counts = excluded.counts, requests = excluded.requests
