-- put_client: a client as the journal leaves it.
INSERT INTO client (client, family, first_seen, last_seen, fingerprint, host_name, address, counts, requests)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (client, family) DO UPDATE SET first_seen = excluded.first_seen, last_seen = excluded.last_seen,
    fingerprint = excluded.fingerprint, host_name = excluded.host_name, address = excluded.address,
    counts = excluded.counts, requests = excluded.requests
