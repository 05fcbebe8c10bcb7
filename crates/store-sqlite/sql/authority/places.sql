-- places: the latest activation of each host, machine or directory of a product key above an ordinal.
SELECT place, activation, subject, name, first, last, expires, document, directory
FROM activation
WHERE product_key = ?1 AND place > ?2
  AND activation = (SELECT max(latest.activation) FROM activation AS latest
                    WHERE latest.product_key = activation.product_key AND latest.place = activation.place)
ORDER BY place
LIMIT ?3;
