//! Records of another store, taken over as they are.

use leasehold_core::activation::Ordinals;
use leasehold_core::{Cti, KeyId, PublicKey};
use leasehold_store::StoreError;
use leasehold_store::authority::copy::{self, ActivationRow, CopyRows, Record};
use leasehold_store::authority::{AuditRow, Revocation, RevocationList};
use tokio_postgres::Row;

use super::row::{Parameter, at, bytes, integer, named, optional_text, optional_time, place_id, time, whole};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl CopyRows for PostgresTransaction<'_> {
    fn all_activations(&mut self, after: u64, max: u64) -> Result<Vec<(u64, ActivationRow)>, StoreError> {
        self.all(sql!("all_activations"), &[&integer(after), &integer(max)], activated)
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        self.unaudited(|tx| copy::put(tx, record))
    }

    fn put_first(&mut self, activated: &ActivationRow) -> Result<(), StoreError> {
        let row = [&&activated.key.0[..] as Parameter<'_>, &&activated.subject.0[..], &at(activated.first)];
        self.change(sql!("activation_date"), &row).map(drop)
    }

    fn put_revocation(&mut self, revocation: &Revocation) -> Result<(), StoreError> {
        let (kind, name) = named(&revocation.what);
        let row = [&kind as Parameter<'_>, &name, &at(revocation.at), &integer(revocation.list)];
        self.change(sql!("revocation_add"), &row).map(drop)
    }

    fn put_list(&mut self, list: &RevocationList) -> Result<(), StoreError> {
        let row = [&integer(list.number) as Parameter<'_>, &at(list.issued), &list.document];
        self.change(sql!("revocation_list_replace"), &row).map(drop)
    }

    fn put_audit(&mut self, row: &AuditRow) -> Result<(), StoreError> {
        let AuditRow { number, at: noted, actor, action, subject, detail } = row;
        let row = [&integer(*number) as Parameter<'_>, &at(*noted), actor, action, subject, detail];
        self.first(sql!("audit_put"), &row, |_| Ok(())).map(drop)
    }
}

fn activated(row: &Row) -> Result<(u64, ActivationRow), Fault> {
    let activated = ActivationRow {
        key: KeyId(bytes(row, 1)?),
        subject: PublicKey(bytes(row, 2)?),
        ordinals: Ordinals { place: whole(row, 3)?, activation: whole(row, 4)? },
        name: optional_text(row, 5)?,
        first: time(row, 6)?,
        last: time(row, 7)?,
        cti: Cti(bytes(row, 8)?),
        expires: optional_time(row, 9)?,
        document: row.try_get(10)?,
        id: place_id(row, 11)?,
    };
    Ok((whole(row, 0)?, activated))
}
