-- key: one product key by the id of its public half.
SELECT public_key, kind, places, activations, family, last_five, customer, issued, revoked,
       threshold, span_window, validity, renewal, retry, grace, capacity, drift, ends, features, devices, certificate_validity
FROM leasehold_authority.product_key JOIN leasehold_authority.policy ON policy.number = product_key.policy
WHERE product_key.id = $1
