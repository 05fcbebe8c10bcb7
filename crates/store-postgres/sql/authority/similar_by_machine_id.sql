-- similar_by_machine_id: a product key's activations on machines with this machine id and certain components.
SELECT place,
       (SELECT max(latest.activation) FROM leasehold_authority.activation AS latest
        WHERE latest.product_key = activation.product_key AND latest.place = activation.place),
       machine_id, system_uuid, system_disk, network_address, processor, board_serial, activation
FROM leasehold_authority.activation
WHERE product_key = $1 AND machine_id = $2 AND components = ANY ($3::int8[])
