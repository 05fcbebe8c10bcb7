-- products: all products by number.
SELECT id, number, family, title, initial_grace, drift, service, mode, withdrawn FROM leasehold_authority.product ORDER BY number
