-- 0003_tokens: tokens for the admin API. Their text is kept nowhere: hash is its SHA-256.

CREATE TABLE leasehold_authority.token (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32),
    roles BIGINT NOT NULL CHECK (roles BETWEEN 0 AND 7),
    made BIGINT NOT NULL,
    expires BIGINT,
    used BIGINT,
    revoked BIGINT
);
