-- Whether a client counts for the threshold, and when its last request for each product was made (encoded).
ALTER TABLE client ADD COLUMN counts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE client ADD COLUMN requests BLOB NOT NULL DEFAULT x'a0';

-- Clients that count, by machine: another one with an equal fingerprint does not count beside them.
CREATE INDEX client_counts ON client (family, fingerprint) WHERE counts = 1;
