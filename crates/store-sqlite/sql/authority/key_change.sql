-- key_change: changes whose a product key is and how far it goes.
UPDATE product_key SET customer = ?2, places = ?3, activations = ?4 WHERE id = ?1;
