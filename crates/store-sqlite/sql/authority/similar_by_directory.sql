-- similar_by_directory: a product key's activations of this directory.
SELECT place,
       (SELECT max(latest.activation) FROM activation AS latest
        WHERE latest.product_key = activation.product_key AND latest.place = activation.place),
       directory
FROM activation
WHERE product_key = ?1 AND directory = ?2
ORDER BY +place, activation DESC;
