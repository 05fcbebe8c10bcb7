-- 0001_initial: the vendor, its families, products and product keys, whom these have activated, and the audit.
-- Times are seconds since 1970, lengths of time seconds; key ids have 16 bytes, public keys 32.

CREATE TABLE leasehold_authority.vendor (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    name TEXT NOT NULL,
    root BYTEA NOT NULL CHECK (length(root) = 32),
    made BIGINT NOT NULL
);

CREATE TABLE leasehold_authority.authority_certificate (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    authority BYTEA NOT NULL CHECK (length(authority) = 16),
    not_before BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    document BYTEA NOT NULL
);

-- What a family or a product key grants. Features stand one a line.
CREATE TABLE leasehold_authority.policy (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    threshold BIGINT NOT NULL,
    span_window BIGINT NOT NULL,
    validity BIGINT NOT NULL,
    renewal BIGINT NOT NULL,
    retry BIGINT NOT NULL,
    grace BIGINT NOT NULL,
    capacity BIGINT,
    drift BIGINT NOT NULL,
    ends BIGINT,
    features TEXT NOT NULL
);

CREATE TABLE leasehold_authority.family (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE CHECK (number BETWEEN 0 AND 1048575),
    policy BIGINT NOT NULL REFERENCES leasehold_authority.policy (number)
);

CREATE TABLE leasehold_authority.product (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE CHECK (number BETWEEN 0 AND 1048575),
    family TEXT NOT NULL REFERENCES leasehold_authority.family (id),
    title TEXT NOT NULL,
    initial_grace BIGINT NOT NULL,
    drift BIGINT NOT NULL,
    service TEXT,
    mode BIGINT NOT NULL
);

-- Secret product keys, by their public half. kind is that of the key itself: 1 host, 2 multiple.
CREATE TABLE leasehold_authority.product_key (
    id BYTEA PRIMARY KEY CHECK (length(id) = 16),
    public_key BYTEA NOT NULL CHECK (length(public_key) = 32),
    kind BIGINT NOT NULL CHECK (kind IN (1, 2)),
    places BIGINT NOT NULL,
    activations BIGINT NOT NULL,
    family TEXT NOT NULL REFERENCES leasehold_authority.family (id),
    last_five TEXT NOT NULL,
    customer TEXT,
    policy BIGINT NOT NULL REFERENCES leasehold_authority.policy (number),
    issued BIGINT NOT NULL,
    revoked BIGINT
);

-- One row for each key pair of a host or machine that a product key has activated, with the latest answer to it.
CREATE TABLE leasehold_authority.activation (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_key BYTEA NOT NULL REFERENCES leasehold_authority.product_key (id),
    subject BYTEA NOT NULL CHECK (length(subject) = 32),
    place BIGINT NOT NULL CHECK (place >= 1),
    activation BIGINT NOT NULL CHECK (activation >= 1),
    machine_id BYTEA,
    system_uuid BYTEA,
    system_disk BYTEA,
    network_address BYTEA,
    processor BYTEA,
    board_serial BYTEA,
    name TEXT,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    cti BYTEA NOT NULL CHECK (length(cti) = 16),
    expires BIGINT,
    document BYTEA NOT NULL,
    UNIQUE (product_key, subject),
    UNIQUE (product_key, place, activation)
);

CREATE TABLE leasehold_authority.audit (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
);
