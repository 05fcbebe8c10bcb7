-- products: all products by number.
SELECT id, number, family, title, initial_grace, drift, service, mode, withdrawn FROM product ORDER BY number;
