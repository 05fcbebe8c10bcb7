-- family_add: adds a family.
INSERT INTO family (id, number, policy) VALUES (?1, ?2, ?3);
