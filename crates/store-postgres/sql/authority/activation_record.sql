-- activation_record: adds an activation, or another answer to a key pair that was activated before.
INSERT INTO leasehold_authority.activation
    (product_key, subject, subject_id, place, activation,
     machine_id, system_uuid, system_disk, network_address, processor, board_serial,
     name, first, last, cti, expires, document, directory)
VALUES ($1, $2, $16, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15, $17)
ON CONFLICT (product_key, subject) DO UPDATE SET
    machine_id = excluded.machine_id, system_uuid = excluded.system_uuid, system_disk = excluded.system_disk,
    network_address = excluded.network_address, processor = excluded.processor, board_serial = excluded.board_serial,
    name = excluded.name, last = excluded.last, cti = excluded.cti, expires = excluded.expires,
    document = excluded.document
