-- key_add: adds a product key.
INSERT INTO product_key
    (id, public_key, kind, places, activations, family, last_five, customer, issued, revoked, policy, certificate_validity)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12);
