-- usage_record: records the usage of a family on a host: the latest of its month, and the highest peak.
INSERT INTO leasehold_authority.host_usage AS known (product_key, subject_id, family, month, at, clients, live, peak)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (product_key, subject_id, family, month) DO UPDATE SET
    at = excluded.at, clients = excluded.clients, live = excluded.live,
    peak = CASE WHEN excluded.peak > known.peak THEN excluded.peak ELSE known.peak END
