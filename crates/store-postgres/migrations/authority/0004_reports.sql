-- 0004_reports: what hosts report when they renew, how a family treats forked hosts, and how long certificates of a key last.

-- 1 where hosts that have forked are refused.
ALTER TABLE leasehold_authority.family ADD COLUMN forked BIGINT NOT NULL DEFAULT 0 CHECK (forked IN (0, 1));
-- In seconds; the usual time where there is none.
ALTER TABLE leasehold_authority.product_key ADD COLUMN certificate_validity BIGINT;

-- The seals that a host key has named last. Where it has forked: when, what was expected and what was named instead.
CREATE TABLE leasehold_authority.host_report (
    product_key BYTEA NOT NULL REFERENCES leasehold_authority.product_key (id),
    subject_id BYTEA NOT NULL CHECK (length(subject_id) = 16),
    tip_number BIGINT NOT NULL,
    tip_seal BYTEA NOT NULL CHECK (length(tip_seal) = 32),
    former_number BIGINT,
    former_seal BYTEA,
    forked BIGINT,
    expected_number BIGINT,
    expected_seal BYTEA,
    reported_number BIGINT,
    reported_seal BYTEA,
    PRIMARY KEY (product_key, subject_id)
);

-- month is written like 2026-11.
CREATE TABLE leasehold_authority.host_usage (
    product_key BYTEA NOT NULL REFERENCES leasehold_authority.product_key (id),
    subject_id BYTEA NOT NULL CHECK (length(subject_id) = 16),
    family TEXT NOT NULL,
    month TEXT NOT NULL,
    at BIGINT NOT NULL,
    clients BIGINT NOT NULL,
    live BIGINT NOT NULL,
    peak BIGINT NOT NULL,
    PRIMARY KEY (product_key, subject_id, family, month)
);
