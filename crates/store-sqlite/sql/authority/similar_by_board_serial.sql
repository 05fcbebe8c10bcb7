-- similar_by_board_serial: a product key's activations on machines with this board serial and certain components.
SELECT place,
       (SELECT max(latest.activation) FROM activation AS latest
        WHERE latest.product_key = activation.product_key AND latest.place = activation.place),
       machine_id, system_uuid, system_disk, network_address, processor, board_serial, activation
FROM activation
WHERE product_key = ?1 AND board_serial = ?2 AND components IN (SELECT value FROM json_each(?3));
