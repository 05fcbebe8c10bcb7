-- base_of: these clients as the pruned part of the journal leaves them.
SELECT b.record FROM unnest($1::bytea[], $2::text[]) AS asked (client, family)
JOIN leasehold_host.base AS b ON b.client = asked.client AND b.family = asked.family
