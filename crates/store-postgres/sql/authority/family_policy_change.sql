-- family_policy_change: changes what a family grants.
UPDATE leasehold_authority.policy
SET threshold = $2, span_window = $3, validity = $4, renewal = $5, retry = $6, grace = $7,
    capacity = $8, drift = $9, ends = $10, features = $11, devices = $12
WHERE number = (SELECT policy FROM leasehold_authority.family WHERE id = $1)
