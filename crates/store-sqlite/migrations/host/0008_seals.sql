-- A batch is one row: its seals stand beside its entries (encoded), so that a commit writes one page.
ALTER TABLE journal ADD COLUMN seals BLOB NOT NULL DEFAULT x'';

-- In which batch each seal of a host's chain is, up to the batch in `folded`; later batches are read from the journal.
CREATE TABLE chain (
    host   BLOB NOT NULL,
    number INTEGER NOT NULL,
    batch  INTEGER NOT NULL,
    PRIMARY KEY (host, number)
) STRICT, WITHOUT ROWID;

INSERT INTO chain (host, number, batch)
SELECT seal.host, seal.number, seal.batch FROM seal, folded WHERE seal.batch <= folded.batch ORDER BY seal.host, seal.number;
