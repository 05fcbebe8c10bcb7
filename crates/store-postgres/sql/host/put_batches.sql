-- put_batches: batches of another store, with their numbers.
INSERT INTO leasehold_host.journal (batch, at, entries) OVERRIDING SYSTEM VALUE
SELECT * FROM unnest($1::int8[], $2::int8[], $3::bytea[])
