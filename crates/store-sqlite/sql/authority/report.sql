-- report: what a host key has reported last to a product key.
SELECT tip_number, tip_seal, former_number, former_seal,
       forked, expected_number, expected_seal, reported_number, reported_seal
FROM host_report WHERE product_key = ?1 AND subject_id = ?2;
