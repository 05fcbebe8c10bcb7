-- product: one product by id.
SELECT id, number, family, title, initial_grace, drift, service, mode, withdrawn FROM leasehold_authority.product WHERE id = $1
