-- all_activations: all key pairs that were activated, in their order.
SELECT number, product_key, subject, place, activation, name, first, last, cti, expires, document,
       machine_id, system_uuid, system_disk, network_address, processor, board_serial, directory
FROM leasehold_authority.activation WHERE number > $1 ORDER BY number LIMIT $2
