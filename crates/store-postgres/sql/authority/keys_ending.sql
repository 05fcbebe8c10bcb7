-- keys_ending: the product keys with these last five characters, oldest first.
SELECT public_key, kind, places, activations, family, last_five, customer, issued, revoked,
       threshold, span_window, validity, renewal, retry, grace, capacity, drift, ends, features, devices, certificate_validity
FROM leasehold_authority.product_key JOIN leasehold_authority.policy ON policy.number = product_key.policy
WHERE last_five = $1
ORDER BY issued, policy.number
