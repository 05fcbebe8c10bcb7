//! Records of another store, taken over as they are.

use leasehold_core::activation::Ordinals;
use leasehold_core::{Cti, KeyId, PublicKey};
use leasehold_store::StoreError;
use leasehold_store::authority::copy::{self, ActivationRow, CopyRows, Record};
use leasehold_store::authority::{AuditRow, Revocation, RevocationList};
use rusqlite::{Row, params};

use super::row::{at, integer, named, optional_text, optional_time, place_id, time, whole};
use super::transaction::SqliteTransaction;

impl CopyRows for SqliteTransaction<'_> {
    fn all_activations(&mut self, after: u64, max: u64) -> Result<Vec<(u64, ActivationRow)>, StoreError> {
        self.all(sql!("all_activations"), params![integer(after), integer(max)], activated)
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        self.unaudited(|tx| copy::put(tx, record))
    }

    fn put_first(&mut self, activated: &ActivationRow) -> Result<(), StoreError> {
        let row = params![activated.key.0, activated.subject.0, at(activated.first)];
        self.change(sql!("activation_date"), row).map(drop)
    }

    fn put_revocation(&mut self, revocation: &Revocation) -> Result<(), StoreError> {
        let (kind, name) = named(&revocation.what);
        let row = params![kind, name, at(revocation.at), integer(revocation.list)];
        self.change(sql!("revocation_add"), row).map(drop)
    }

    fn put_list(&mut self, list: &RevocationList) -> Result<(), StoreError> {
        let row = params![integer(list.number), at(list.issued), list.document];
        self.change(sql!("revocation_list_replace"), row).map(drop)
    }

    fn put_audit(&mut self, row: &AuditRow) -> Result<(), StoreError> {
        let row = params![integer(row.number), at(row.at), row.actor, row.action, row.subject, row.detail];
        self.change(sql!("audit_put"), row).map(drop)
    }
}

fn activated(row: &Row<'_>) -> rusqlite::Result<(u64, ActivationRow)> {
    let activated = ActivationRow {
        key: KeyId(row.get(1)?),
        subject: PublicKey(row.get(2)?),
        ordinals: Ordinals { place: whole(row, 3)?, activation: whole(row, 4)? },
        name: optional_text(row, 5)?,
        first: time(row, 6)?,
        last: time(row, 7)?,
        cti: Cti(row.get(8)?),
        expires: optional_time(row, 9)?,
        document: row.get(10)?,
        id: place_id(row, 11)?,
    };
    Ok((whole(row, 0)?, activated))
}
