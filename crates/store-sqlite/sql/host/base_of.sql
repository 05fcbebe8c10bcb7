-- base_of: a client as the pruned part of the journal leaves it.
SELECT record FROM base WHERE client = ?1 AND family = ?2
