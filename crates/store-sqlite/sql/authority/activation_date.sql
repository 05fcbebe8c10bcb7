-- activation_date: when a key pair of another store was first activated.
UPDATE activation SET first = ?3 WHERE product_key = ?1 AND subject = ?2;
