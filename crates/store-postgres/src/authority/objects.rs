//! Activation objects.

use leasehold_core::{Cti, KeyId};
use leasehold_store::StoreError;
use leasehold_store::authority::{ObjectRows, SignedObject};
use tokio_postgres::Row;

use super::row::{at, bytes, time};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl ObjectRows for PostgresTransaction<'_> {
    fn record_object(&mut self, object: &SignedObject) -> Result<(), StoreError> {
        let SignedObject { key, subject, cti, expires } = object;
        self.change(sql!("object_record"), &[&&key.0[..], &&subject.0[..], &&cti.0[..], &at(*expires)]).map(drop)
    }

    fn objects(&mut self) -> Result<Vec<SignedObject>, StoreError> {
        self.all(sql!("objects"), &[], object)
    }
}

fn object(row: &Row) -> Result<SignedObject, Fault> {
    Ok(SignedObject {
        key: KeyId(bytes(row, 0)?),
        subject: KeyId(bytes(row, 1)?),
        cti: Cti(bytes(row, 2)?),
        expires: time(row, 3)?,
    })
}
