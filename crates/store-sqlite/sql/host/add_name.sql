-- add_name: a family's or product's id.
INSERT INTO name (text) VALUES (?1) RETURNING id
