-- put_counts: how families stand after a batch, and at which boundaries.
UPDATE leasehold_host.family AS f
SET clients = new.clients, seen_after = new.seen, live = new.live, live_after = new.ends
FROM unnest($1::int4[], $2::int8[], $3::int8[], $4::int8[], $5::int8[]) AS new (id, clients, seen, live, ends)
WHERE f.id = new.id
