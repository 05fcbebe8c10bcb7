-- Whether a lease was ended before its time: it runs at no time then. Until now only its end said so.
ALTER TABLE lease ADD COLUMN early INTEGER NOT NULL DEFAULT 0;
UPDATE lease SET early = 1 WHERE released = lease;

-- The log of times has their ends: it is made anew from the rows.
DELETE FROM times;
