-- 0002_administration: changes, revocations, and indexes by which one activation among very many is found.

ALTER TABLE leasehold_authority.family ADD COLUMN withdrawn BIGINT;
ALTER TABLE leasehold_authority.product ADD COLUMN withdrawn BIGINT;

CREATE INDEX product_key_by_last_five ON leasehold_authority.product_key (last_five);

-- The name of the subject. There are no activations yet: no earlier release kept them in PostgreSQL.
ALTER TABLE leasehold_authority.activation ADD COLUMN subject_id BYTEA NOT NULL CHECK (length(subject_id) = 16);
-- Which components the machine has, a bit each, the first one's the lowest.
ALTER TABLE leasehold_authority.activation ADD COLUMN components BIGINT NOT NULL GENERATED ALWAYS AS (
    (machine_id IS NOT NULL)::int + 2 * (system_uuid IS NOT NULL)::int + 4 * (system_disk IS NOT NULL)::int
    + 8 * (network_address IS NOT NULL)::int + 16 * (processor IS NOT NULL)::int + 32 * (board_serial IS NOT NULL)::int
) STORED;

CREATE INDEX activation_by_subject_id ON leasehold_authority.activation (subject_id);
CREATE INDEX activation_by_machine_id ON leasehold_authority.activation (product_key, machine_id, components)
    WHERE machine_id IS NOT NULL;
CREATE INDEX activation_by_system_uuid ON leasehold_authority.activation (product_key, system_uuid, components)
    WHERE system_uuid IS NOT NULL;
CREATE INDEX activation_by_system_disk ON leasehold_authority.activation (product_key, system_disk, components)
    WHERE system_disk IS NOT NULL;
CREATE INDEX activation_by_network_address ON leasehold_authority.activation (product_key, network_address, components)
    WHERE network_address IS NOT NULL;
CREATE INDEX activation_by_processor ON leasehold_authority.activation (product_key, processor, components)
    WHERE processor IS NOT NULL;
CREATE INDEX activation_by_board_serial ON leasehold_authority.activation (product_key, board_serial, components)
    WHERE board_serial IS NOT NULL;

-- Entries of the revocation list, which stay for ever. kind is 1 for a key, 2 for a document.
CREATE TABLE leasehold_authority.revocation (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind BIGINT NOT NULL CHECK (kind IN (1, 2)),
    name BYTEA NOT NULL CHECK (length(name) = 16),
    at BIGINT NOT NULL,
    list BIGINT NOT NULL,
    UNIQUE (kind, name)
);

-- The newest list; those before it are of no use.
CREATE TABLE leasehold_authority.revocation_list (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    number BIGINT NOT NULL,
    issued BIGINT NOT NULL,
    document BYTEA NOT NULL
);
