-- client_and_lease: one client of a family, with its last lease for a product.
SELECT c.first_seen, c.last_seen, c.fingerprint, c.host_name, c.address, c.counts, c.requests,
    l.lease, l.request, l.issued, l.expires, l.seal, l.forks, l.released, l.early, l.holder
FROM client c LEFT JOIN lease l ON l.client = c.client AND l.family = c.family AND l.product = ?3
WHERE c.client = ?1 AND c.family = ?2
