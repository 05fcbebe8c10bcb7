-- policy_add: adds what a family or product key grants.
INSERT INTO policy (threshold, span_window, validity, renewal, retry, grace, capacity, drift, ends, features, devices)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
