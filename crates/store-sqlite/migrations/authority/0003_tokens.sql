-- 0003_tokens: tokens for the admin API. Their text is kept nowhere: hash is its SHA-256.

CREATE TABLE token (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    roles INTEGER NOT NULL CHECK (roles BETWEEN 0 AND 7),
    made INTEGER NOT NULL,
    expires INTEGER,
    used INTEGER,
    revoked INTEGER
) STRICT;
