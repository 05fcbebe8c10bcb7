-- family_add: adds a family.
INSERT INTO family (id, number, policy, withdrawn, forked) VALUES (?1, ?2, ?3, ?4, ?5);
