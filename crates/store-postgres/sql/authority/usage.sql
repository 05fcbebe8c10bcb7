-- usage: the usage that hosts have reported, by month, family, product key and host key.
SELECT product_key, subject_id, family, month, at, clients, live, peak
FROM leasehold_authority.host_usage ORDER BY month, family, product_key, subject_id
