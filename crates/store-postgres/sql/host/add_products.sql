-- add_products: products that nobody has asked for before.
INSERT INTO leasehold_host.product (name) SELECT name FROM unnest($1::text[]) AS new (name) ORDER BY name
ON CONFLICT (name) DO NOTHING
