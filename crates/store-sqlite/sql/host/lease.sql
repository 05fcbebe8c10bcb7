-- lease: a client's last lease for a product.
SELECT lease, request, issued, expires, seal, forks, released, early, holder FROM lease
WHERE client = ?1 AND family = ?2 AND product = ?3
