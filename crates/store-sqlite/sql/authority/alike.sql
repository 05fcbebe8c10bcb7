-- alike: a product key's activations on machines that share a component with this one.
SELECT place,
       (SELECT max(latest.activation) FROM activation AS latest
        WHERE latest.product_key = activation.product_key AND latest.place = activation.place),
       machine_id, system_uuid, system_disk, network_address, processor, board_serial
FROM activation
WHERE product_key = ?1
  AND (machine_id = ?2 OR system_uuid = ?3 OR system_disk = ?4
       OR network_address = ?5 OR processor = ?6 OR board_serial = ?7)
ORDER BY place, activation DESC;
