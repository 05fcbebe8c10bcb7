-- 0002_counting: whether a client counts for the threshold, and when its last request for each product was made (encoded).
ALTER TABLE leasehold_host.client ADD COLUMN counts BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE leasehold_host.client ADD COLUMN requests BYTEA NOT NULL DEFAULT '\xa0';

-- Clients that count, by machine: another one with an equal fingerprint does not count beside them.
CREATE INDEX client_counts ON leasehold_host.client (family, fingerprint) WHERE counts;
