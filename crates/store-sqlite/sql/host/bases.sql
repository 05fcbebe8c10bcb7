-- bases: all clients as the pruned part of the journal leaves them.
SELECT record FROM base ORDER BY client, family
