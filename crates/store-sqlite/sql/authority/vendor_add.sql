-- vendor_add: records whose store this is.
INSERT INTO vendor (only, name, root, made) VALUES (1, ?1, ?2, ?3);
