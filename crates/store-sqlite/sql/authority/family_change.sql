-- family_change: changes whether a family is withdrawn and how it treats forked hosts.
UPDATE family SET withdrawn = ?2, forked = ?3 WHERE id = ?1;
