-- own: what a key pair was given by a product key before.
SELECT place, activation FROM leasehold_authority.activation WHERE product_key = $1 AND subject = $2
