-- places_taken: how many hosts or machines a product key has activated.
SELECT coalesce(max(place), 0) FROM leasehold_authority.activation WHERE product_key = $1
