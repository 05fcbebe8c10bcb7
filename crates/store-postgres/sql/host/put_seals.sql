-- put_seals: seals of another store.
INSERT INTO leasehold_host.seal (host, number, batch, at, previous, root, seal, signature, leaves, kind, size)
SELECT * FROM unnest($1::bytea[], $2::int8[], $3::int8[], $4::int8[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[],
                     $9::bytea[], $10::int4[], $11::int8[])
