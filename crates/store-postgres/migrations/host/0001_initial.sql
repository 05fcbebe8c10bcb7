-- 0001_initial: what the hosts of one store keep. Times are seconds since 1970.

-- Families, and how each stands: clients last seen after seen_boundary, leases that end after live_boundary. A
-- transaction that decides about a family has its row locked, so that the counts of all hosts are one.
CREATE TABLE leasehold_host.family (
    id            INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    clients       BIGINT NOT NULL DEFAULT 0 CHECK (clients >= 0),
    seen_boundary BIGINT NOT NULL DEFAULT 0,
    live          BIGINT NOT NULL DEFAULT 0 CHECK (live >= 0),
    live_boundary BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE leasehold_host.product (
    id   INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- The journal: the entries of one batch in a row, in the order they were decided. Nothing in it is ever changed.
CREATE TABLE leasehold_host.journal (
    batch   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      BIGINT NOT NULL,
    entries BYTEA NOT NULL
);

-- The end of each host's chain of seals and its latest batch; locked by the transaction that decides with that host's key.
CREATE TABLE leasehold_host.chain (
    host   BYTEA PRIMARY KEY CHECK (length(host) = 16),
    number BIGINT NOT NULL,
    seal   BYTEA NOT NULL CHECK (length(seal) = 32),
    batch  BIGINT REFERENCES leasehold_host.journal (batch)
);

CREATE TABLE leasehold_host.seal (
    host      BYTEA NOT NULL,
    number    BIGINT NOT NULL,
    batch     BIGINT NOT NULL REFERENCES leasehold_host.journal (batch),
    at        BIGINT NOT NULL,
    previous  BYTEA NOT NULL CHECK (length(previous) = 32),
    root      BYTEA NOT NULL CHECK (length(root) = 32),
    seal      BYTEA NOT NULL CHECK (length(seal) = 32),
    signature BYTEA NOT NULL CHECK (length(signature) = 64),
    leaves    BYTEA NOT NULL,
    PRIMARY KEY (host, number),
    UNIQUE (batch)
);

CREATE TABLE leasehold_host.client (
    client      BYTEA NOT NULL,
    family      INTEGER NOT NULL,
    first_seen  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL,
    fingerprint BYTEA NOT NULL,
    host_name   TEXT,
    address     INET,
    PRIMARY KEY (client, family)
);

CREATE INDEX client_seen ON leasehold_host.client (family, last_seen);

CREATE TABLE leasehold_host.lease (
    client   BYTEA NOT NULL,
    family   INTEGER NOT NULL,
    product  INTEGER NOT NULL,
    lease    BYTEA NOT NULL,
    request  BYTEA NOT NULL,
    issued   BIGINT NOT NULL,
    expires  BIGINT NOT NULL,
    seal     BIGINT NOT NULL,
    forks    BIGINT NOT NULL,
    released BYTEA,
    PRIMARY KEY (client, family, product)
);

CREATE INDEX lease_ends ON leasehold_host.lease (family, expires);
