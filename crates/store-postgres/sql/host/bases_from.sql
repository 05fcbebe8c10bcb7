-- bases_from: clients as the pruned part of the journal leaves them, after this one, in the order of their keys.
SELECT client, family, record FROM leasehold_host.base WHERE (client, family) > ($1::bytea, $2::text)
ORDER BY client, family LIMIT $3
