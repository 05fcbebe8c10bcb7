-- product_add: adds a product.
INSERT INTO leasehold_authority.product (id, number, family, title, initial_grace, drift, service, mode, withdrawn)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
