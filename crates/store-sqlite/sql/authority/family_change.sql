-- family_change: changes whether a family is withdrawn.
UPDATE family SET withdrawn = ?2 WHERE id = ?1;
