-- 0003_sealed_refusals: what a seal covers: 0 the leases of its batch, 1 its refusals. A batch may have one of each.
ALTER TABLE leasehold_host.seal ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE leasehold_host.seal DROP CONSTRAINT seal_batch_key;
CREATE INDEX seal_batch ON leasehold_host.seal (batch);
