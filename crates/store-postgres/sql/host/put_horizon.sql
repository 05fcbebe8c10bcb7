-- put_horizon: how many more clients were last seen and leases end in these seconds than before; what is none any more goes.
-- Looked up by their keys first: else a plan made while the table is small may read all of it.
WITH change AS (
    SELECT * FROM unnest($1::int4[], $2::bool[], $3::int8[], $4::int8[]) AS asked (family, ends, at, difference)
), gone AS (
    DELETE FROM leasehold_host.horizon WHERE ctid = ANY (ARRAY(
        SELECT h.ctid FROM change AS c
        CROSS JOIN LATERAL (SELECT h.ctid, h.count FROM leasehold_host.horizon AS h
                            WHERE h.family = c.family AND h.ends = c.ends AND h.at = c.at OFFSET 0) AS h
        WHERE h.count + c.difference = 0))
    RETURNING family, ends, at
)
INSERT INTO leasehold_host.horizon AS h (family, ends, at, count)
SELECT c.family, c.ends, c.at, c.difference FROM change AS c
WHERE (c.family, c.ends, c.at) NOT IN (SELECT g.family, g.ends, g.at FROM gone AS g)
ON CONFLICT (family, ends, at) DO UPDATE SET count = h.count + excluded.count
