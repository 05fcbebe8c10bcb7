-- record: the journal row of a batch, its seal where it has one, and the new end of the host's chain.
WITH entered AS (
    INSERT INTO leasehold_host.journal (at, entries) VALUES ($2, $3) RETURNING batch
), sealed AS (
    INSERT INTO leasehold_host.seal (host, number, batch, at, previous, root, seal, signature, leaves)
    SELECT $1, $4::int8, entered.batch, $2, $5::bytea, $6::bytea, $7::bytea, $8::bytea, $9::bytea FROM entered
    WHERE $4::int8 IS NOT NULL
)
UPDATE leasehold_host.chain AS c
SET number = coalesce($4::int8, c.number), seal = coalesce($7::bytea, c.seal), batch = entered.batch
FROM entered WHERE c.host = $1
