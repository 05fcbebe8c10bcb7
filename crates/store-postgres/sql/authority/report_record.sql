-- report_record: records the tip that a host has named.
INSERT INTO leasehold_authority.host_report (product_key, subject_id, tip_number, tip_seal, former_number, former_seal)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (product_key, subject_id) DO UPDATE SET
    tip_number = excluded.tip_number, tip_seal = excluded.tip_seal,
    former_number = excluded.former_number, former_seal = excluded.former_seal
