-- keys: all product keys, oldest first.
SELECT public_key, kind, places, activations, family, last_five, customer, issued, revoked,
       threshold, span_window, validity, renewal, retry, grace, capacity, drift, ends, features, devices, certificate_validity
FROM leasehold_authority.product_key JOIN leasehold_authority.policy ON policy.number = product_key.policy
ORDER BY issued, policy.number
