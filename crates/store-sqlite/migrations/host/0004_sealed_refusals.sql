-- What a seal covers: 0 the leases of its batch, 1 its refusals.
ALTER TABLE seal ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
