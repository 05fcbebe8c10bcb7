-- activations_taken: how many key pairs a product key has activated.
SELECT count(*) FROM leasehold_authority.activation WHERE product_key = $1
