-- activations_of: the activations of one key pair, by the product keys that activated it.
SELECT place, activation, subject, name, first, last, expires, document, directory, product_key
FROM activation
WHERE subject_id = ?1
ORDER BY number;
