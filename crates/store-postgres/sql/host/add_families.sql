-- add_families: families that are new.
INSERT INTO leasehold_host.family (name) SELECT name FROM unnest($1::text[]) AS new (name) ORDER BY name
ON CONFLICT (name) DO NOTHING
