-- record: the journal row of a batch, its seals where it has any, and the new end of the host's chain.
WITH entered AS (
    INSERT INTO leasehold_host.journal (at, entries) VALUES ($2, $3) RETURNING batch
), sealed AS (
    INSERT INTO leasehold_host.seal (host, number, kind, batch, at, previous, root, seal, signature, leaves, size)
    SELECT $1, s.number, s.kind, entered.batch, $2, s.previous, s.root, s.seal, s.signature, s.leaves, length(s.leaves) / 32
    FROM entered, unnest($4::int8[], $5::int4[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[])
        AS s (number, kind, previous, root, seal, signature, leaves)
)
UPDATE leasehold_host.chain AS c
SET number = coalesce($11::int8, c.number), seal = coalesce($12::bytea, c.seal), batch = entered.batch
FROM entered WHERE c.host = $1 RETURNING c.batch
