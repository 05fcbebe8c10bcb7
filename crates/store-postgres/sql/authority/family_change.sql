-- family_change: changes whether a family is withdrawn.
UPDATE leasehold_authority.family SET withdrawn = $2 WHERE id = $1
