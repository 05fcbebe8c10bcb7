-- activated: the names of all key pairs that a product key has activated.
SELECT subject_id FROM leasehold_authority.activation WHERE product_key = $1 ORDER BY number
