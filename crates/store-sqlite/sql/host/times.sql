-- times: the snapshot of times and what has changed since, in order.
SELECT kind, data FROM times ORDER BY step
