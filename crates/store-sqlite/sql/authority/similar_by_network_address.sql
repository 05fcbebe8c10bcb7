-- similar_by_network_address: a product key's activations on machines with this network address and certain components.
SELECT place,
       (SELECT max(latest.activation) FROM activation AS latest
        WHERE latest.product_key = activation.product_key AND latest.place = activation.place),
       machine_id, system_uuid, system_disk, network_address, processor, board_serial, activation
FROM activation
WHERE product_key = ?1 AND network_address = ?2 AND components IN (SELECT value FROM json_each(?3));
