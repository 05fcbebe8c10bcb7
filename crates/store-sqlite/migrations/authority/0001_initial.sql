-- 0001_initial: the vendor, its families, products and product keys, whom these have activated, and the audit.
-- Times are seconds since 1970, lengths of time seconds; key ids have 16 bytes, public keys 32.

CREATE TABLE vendor (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    name TEXT NOT NULL,
    root BLOB NOT NULL CHECK (length(root) = 32),
    made INTEGER NOT NULL
) STRICT;

CREATE TABLE authority_certificate (
    number INTEGER PRIMARY KEY,
    authority BLOB NOT NULL CHECK (length(authority) = 16),
    not_before INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    document BLOB NOT NULL
) STRICT;

-- What a family or a product key grants. Features stand one a line.
CREATE TABLE policy (
    number INTEGER PRIMARY KEY,
    threshold INTEGER NOT NULL,
    span_window INTEGER NOT NULL,
    validity INTEGER NOT NULL,
    renewal INTEGER NOT NULL,
    retry INTEGER NOT NULL,
    grace INTEGER NOT NULL,
    capacity INTEGER,
    drift INTEGER NOT NULL,
    ends INTEGER,
    features TEXT NOT NULL
) STRICT;

CREATE TABLE family (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 0 AND 1048575),
    policy INTEGER NOT NULL REFERENCES policy (number)
) STRICT, WITHOUT ROWID;

CREATE TABLE product (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 0 AND 1048575),
    family TEXT NOT NULL REFERENCES family (id),
    title TEXT NOT NULL,
    initial_grace INTEGER NOT NULL,
    drift INTEGER NOT NULL,
    service TEXT,
    mode INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Secret product keys, by their public half. kind is that of the key itself: 1 host, 2 multiple.
CREATE TABLE product_key (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    public_key BLOB NOT NULL CHECK (length(public_key) = 32),
    kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
    places INTEGER NOT NULL,
    activations INTEGER NOT NULL,
    family TEXT NOT NULL REFERENCES family (id),
    last_five TEXT NOT NULL,
    customer TEXT,
    policy INTEGER NOT NULL REFERENCES policy (number),
    issued INTEGER NOT NULL,
    revoked INTEGER
) STRICT, WITHOUT ROWID;

-- One row for each key pair of a host or machine that a product key has activated, with the latest answer to it.
CREATE TABLE activation (
    number INTEGER PRIMARY KEY,
    product_key BLOB NOT NULL REFERENCES product_key (id),
    subject BLOB NOT NULL CHECK (length(subject) = 32),
    place INTEGER NOT NULL CHECK (place >= 1),
    activation INTEGER NOT NULL CHECK (activation >= 1),
    machine_id BLOB,
    system_uuid BLOB,
    system_disk BLOB,
    network_address BLOB,
    processor BLOB,
    board_serial BLOB,
    name TEXT,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    cti BLOB NOT NULL CHECK (length(cti) = 16),
    expires INTEGER,
    document BLOB NOT NULL,
    UNIQUE (product_key, subject),
    UNIQUE (product_key, place, activation)
) STRICT;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
