-- products: the ids of these products.
SELECT name, id FROM leasehold_host.product WHERE name = ANY ($1::text[])
