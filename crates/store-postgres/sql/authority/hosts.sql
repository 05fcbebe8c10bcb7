-- hosts: the latest activation of each host, by all host keys, recorded after a number.
SELECT place, activation, subject, name, first, last, expires, document, directory, product_key, activation.number
FROM leasehold_authority.activation JOIN leasehold_authority.product_key ON product_key.id = activation.product_key
WHERE activation.number > $1 AND kind = 1 AND directory IS NULL
  AND activation = (SELECT max(latest.activation) FROM leasehold_authority.activation AS latest
                    WHERE latest.product_key = activation.product_key AND latest.place = activation.place)
ORDER BY activation.number
LIMIT $2
