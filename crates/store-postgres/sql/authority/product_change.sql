-- product_change: changes all of a product but its id, number and family.
UPDATE leasehold_authority.product
SET title = $2, initial_grace = $3, drift = $4, service = $5, mode = $6, withdrawn = $7
WHERE id = $1
