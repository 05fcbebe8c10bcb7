-- directories: the latest activation of each directory, by all product keys.
SELECT place, activation, subject, name, first, last, expires, document, directory, product_key
FROM leasehold_authority.activation
WHERE directory IS NOT NULL
  AND activation = (SELECT max(latest.activation) FROM leasehold_authority.activation AS latest
                    WHERE latest.product_key = activation.product_key AND latest.place = activation.place)
ORDER BY number
