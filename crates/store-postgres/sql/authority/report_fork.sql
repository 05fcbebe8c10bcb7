-- report_fork: records that a host has forked.
UPDATE leasehold_authority.host_report SET
    forked = $3, expected_number = $4, expected_seal = $5, reported_number = $6, reported_seal = $7
WHERE product_key = $1 AND subject_id = $2
