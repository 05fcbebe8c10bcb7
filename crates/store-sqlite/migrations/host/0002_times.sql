-- The times by which families are counted, as the tables client and lease have them: a snapshot (kind 0), then what each
-- step of folding has changed (kind 1). Records of 25 bytes: family, 0 for last seen or 1 for the end of a lease, the
-- time, how many more or less.
CREATE TABLE times (
    step INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
