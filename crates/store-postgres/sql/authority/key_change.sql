-- key_change: changes whose a product key is and how far it goes.
UPDATE leasehold_authority.product_key SET customer = $2, places = $3, activations = $4 WHERE id = $1
