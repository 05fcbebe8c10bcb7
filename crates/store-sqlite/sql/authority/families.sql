-- families: all families by number.
SELECT family.id, family.number, family.withdrawn,
       threshold, span_window, validity, renewal, retry, grace, capacity, drift, ends, features, devices, forked
FROM family JOIN policy ON policy.number = family.policy
ORDER BY family.number;
