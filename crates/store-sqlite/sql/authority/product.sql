-- product: one product by id.
SELECT id, number, family, title, initial_grace, drift, service, mode FROM product WHERE id = ?1;
