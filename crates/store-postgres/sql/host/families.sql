-- families: the ids of these families.
SELECT name, id FROM leasehold_host.family WHERE name = ANY ($1::text[])
