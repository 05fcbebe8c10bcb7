-- key_change: changes the customer of a product key, how far it goes and how long its certificates last.
UPDATE leasehold_authority.product_key SET customer = $2, places = $3, activations = $4, certificate_validity = $5 WHERE id = $1
