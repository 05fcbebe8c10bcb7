-- put_leases: leases as a batch leaves them.
INSERT INTO leasehold_host.lease (client, family, product, lease, request, issued, expires, seal, forks, released, early,
                                  holder)
SELECT * FROM unnest($1::bytea[], $2::int4[], $3::int4[], $4::bytea[], $5::bytea[], $6::int8[], $7::int8[], $8::int8[],
                     $9::int8[], $10::bytea[], $11::bool[], $12::bytea[])
ON CONFLICT (client, family, product) DO UPDATE SET lease = excluded.lease, request = excluded.request,
    issued = excluded.issued, expires = excluded.expires, seal = excluded.seal, forks = excluded.forks,
    released = excluded.released, early = excluded.early, holder = excluded.holder
