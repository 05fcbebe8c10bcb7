//! Activation objects.

use leasehold_core::{Cti, KeyId};
use leasehold_store::StoreError;
use leasehold_store::authority::{ObjectRows, SignedObject};
use rusqlite::{Row, params};

use super::row::{at, time};
use super::transaction::SqliteTransaction;

impl ObjectRows for SqliteTransaction<'_> {
    fn record_object(&mut self, object: &SignedObject) -> Result<(), StoreError> {
        let SignedObject { key, subject, cti, expires } = object;
        self.change(sql!("object_record"), params![key.0, subject.0, cti.0, at(*expires)]).map(drop)
    }

    fn objects(&mut self) -> Result<Vec<SignedObject>, StoreError> {
        self.all(sql!("objects"), [], object)
    }
}

fn object(row: &Row<'_>) -> rusqlite::Result<SignedObject> {
    Ok(SignedObject {
        key: KeyId(row.get(0)?),
        subject: KeyId(row.get(1)?),
        cti: Cti(row.get(2)?),
        expires: time(row, 3)?,
    })
}
