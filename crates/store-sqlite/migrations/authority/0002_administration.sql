-- 0002_administration: changes, revocations, and indexes by which one activation among very many is found.

ALTER TABLE family ADD COLUMN withdrawn INTEGER;
ALTER TABLE product ADD COLUMN withdrawn INTEGER;

CREATE INDEX product_key_by_last_five ON product_key (last_five);

-- The name of the subject, which SQL cannot reckon: filled in for the rows that are there right after this.
ALTER TABLE activation ADD COLUMN subject_id BLOB NOT NULL DEFAULT x'' CHECK (length(subject_id) IN (0, 16));
-- Which components the machine has, a bit each, the first one's the lowest.
ALTER TABLE activation ADD COLUMN components INTEGER NOT NULL GENERATED ALWAYS AS (
    (machine_id IS NOT NULL) + 2 * (system_uuid IS NOT NULL) + 4 * (system_disk IS NOT NULL)
    + 8 * (network_address IS NOT NULL) + 16 * (processor IS NOT NULL) + 32 * (board_serial IS NOT NULL)
) VIRTUAL;

CREATE INDEX activation_by_subject_id ON activation (subject_id);
CREATE INDEX activation_by_machine_id ON activation (product_key, machine_id, components)
    WHERE machine_id IS NOT NULL;
CREATE INDEX activation_by_system_uuid ON activation (product_key, system_uuid, components)
    WHERE system_uuid IS NOT NULL;
CREATE INDEX activation_by_system_disk ON activation (product_key, system_disk, components)
    WHERE system_disk IS NOT NULL;
CREATE INDEX activation_by_network_address ON activation (product_key, network_address, components)
    WHERE network_address IS NOT NULL;
CREATE INDEX activation_by_processor ON activation (product_key, processor, components)
    WHERE processor IS NOT NULL;
CREATE INDEX activation_by_board_serial ON activation (product_key, board_serial, components)
    WHERE board_serial IS NOT NULL;

-- Entries of the revocation list, which stay for ever. kind is 1 for a key, 2 for a document.
CREATE TABLE revocation (
    number INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
    name BLOB NOT NULL CHECK (length(name) = 16),
    at INTEGER NOT NULL,
    list INTEGER NOT NULL,
    UNIQUE (kind, name)
) STRICT;

-- The newest list; those before it are of no use.
CREATE TABLE revocation_list (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    number INTEGER NOT NULL,
    issued INTEGER NOT NULL,
    document BLOB NOT NULL
) STRICT;
