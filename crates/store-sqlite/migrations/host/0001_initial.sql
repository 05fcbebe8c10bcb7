-- What a host keeps. Times are seconds since 1970.

-- Ids of families and products, written once each.
CREATE TABLE name (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- The journal: the entries of one batch in a row, in the order they were decided. Nothing in it is ever changed.
CREATE TABLE journal (
    batch   INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    entries BLOB NOT NULL
) STRICT;

-- The chain of seals of each host key that this host has had.
CREATE TABLE seal (
    id        INTEGER PRIMARY KEY,
    host      BLOB NOT NULL,
    number    INTEGER NOT NULL,
    batch     INTEGER NOT NULL REFERENCES journal (batch),
    at        INTEGER NOT NULL,
    previous  BLOB NOT NULL,
    root      BLOB NOT NULL,
    seal      BLOB NOT NULL,
    signature BLOB NOT NULL,
    leaves    BLOB NOT NULL,
    UNIQUE (host, number)
) STRICT;

-- Clients and leases as the journal leaves them, up to the batch in `folded`; later batches are read from the journal.
CREATE TABLE client (
    client      BLOB NOT NULL,
    family      INTEGER NOT NULL,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    host_name   TEXT,
    address     TEXT,
    PRIMARY KEY (client, family)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    client   BLOB NOT NULL,
    family   INTEGER NOT NULL,
    product  INTEGER NOT NULL,
    lease    BLOB NOT NULL,
    request  BLOB NOT NULL,
    issued   INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    seal     INTEGER NOT NULL,
    forks    INTEGER NOT NULL,
    released BLOB,
    PRIMARY KEY (client, family, product)
) STRICT, WITHOUT ROWID;

CREATE TABLE folded (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    batch INTEGER NOT NULL
) STRICT;

INSERT INTO folded (one, batch) VALUES (1, 0);
