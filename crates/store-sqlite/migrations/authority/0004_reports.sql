-- 0004_reports: what hosts report when they renew, how a family treats forked hosts, and how long certificates of a key last.

-- 1 where hosts that have forked are refused.
ALTER TABLE family ADD COLUMN forked INTEGER NOT NULL DEFAULT 0 CHECK (forked IN (0, 1));
-- In seconds; the usual time where there is none.
ALTER TABLE product_key ADD COLUMN certificate_validity INTEGER;

-- The seals that a host key has named last. Where it has forked: when, what was expected and what was named instead.
CREATE TABLE host_report (
    product_key BLOB NOT NULL REFERENCES product_key (id),
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    tip_number INTEGER NOT NULL,
    tip_seal BLOB NOT NULL CHECK (length(tip_seal) = 32),
    former_number INTEGER,
    former_seal BLOB,
    forked INTEGER,
    expected_number INTEGER,
    expected_seal BLOB,
    reported_number INTEGER,
    reported_seal BLOB,
    PRIMARY KEY (product_key, subject_id)
) STRICT, WITHOUT ROWID;

-- month is written like 2026-11.
CREATE TABLE host_usage (
    product_key BLOB NOT NULL REFERENCES product_key (id),
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    family TEXT NOT NULL,
    month TEXT NOT NULL,
    at INTEGER NOT NULL,
    clients INTEGER NOT NULL,
    live INTEGER NOT NULL,
    peak INTEGER NOT NULL,
    PRIMARY KEY (product_key, subject_id, family, month)
) STRICT, WITHOUT ROWID;
