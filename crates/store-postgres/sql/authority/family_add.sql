-- family_add: adds a family.
INSERT INTO leasehold_authority.family (id, number, policy, withdrawn, forked) VALUES ($1, $2, $3, $4, $5)
