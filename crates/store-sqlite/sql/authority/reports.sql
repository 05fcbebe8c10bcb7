-- reports: what all host keys have reported last.
SELECT tip_number, tip_seal, former_number, former_seal,
       forked, expected_number, expected_seal, reported_number, reported_seal, product_key, subject_id
FROM host_report ORDER BY product_key, subject_id;
