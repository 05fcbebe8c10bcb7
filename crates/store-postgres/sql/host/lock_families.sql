-- lock_families: these families, for this transaction alone; always in one order.
SELECT id FROM leasehold_host.family WHERE id = ANY ($1::int4[]) ORDER BY id FOR UPDATE
