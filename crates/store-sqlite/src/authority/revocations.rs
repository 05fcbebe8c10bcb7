//! Revocations.

use leasehold_core::{Cti, KeyId};
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Revocation, RevocationList, RevocationRows, Revoked, Stamp};
use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::row::{at, integer, misfit, named, time, whole};
use super::transaction::SqliteTransaction;

impl RevocationRows for SqliteTransaction<'_> {
    fn is_revoked(&mut self, what: Revoked) -> Result<bool, StoreError> {
        let (kind, name) = named(&what);
        Ok(self.first(sql!("is_revoked"), params![kind, name], |_| Ok(()))?.is_some())
    }

    fn revocations(&mut self) -> Result<Vec<Revocation>, StoreError> {
        self.all(sql!("revocations"), [], revocation)
    }

    fn revocation_list(&mut self) -> Result<Option<RevocationList>, StoreError> {
        self.first(sql!("revocation_list"), [], revocation_list)
    }

    fn revoke(&mut self, added: &[Revoked], list: &RevocationList, by: Stamp) -> Result<(), StoreError> {
        for what in added {
            let (kind, name) = named(what);
            let row = params![kind, name, at(by.at), integer(list.number)];
            if self.change(sql!("revocation_add"), row)? > 0 {
                self.note(&Change::Revoked { what: *what, list: list.number }, by)?;
            }
        }
        let row = params![integer(list.number), at(list.issued), list.document];
        self.change(sql!("revocation_list_replace"), row)?;
        let entries = self.first(sql!("revocation_count"), [], |row| whole(row, 0))?.unwrap_or_default();
        self.note(&Change::ListSigned { number: list.number, entries }, by)
    }
}

fn revocation(row: &Row<'_>) -> rusqlite::Result<Revocation> {
    let what = match whole(row, 0)? {
        1 => Revoked::Key(KeyId(row.get(1)?)),
        2 => Revoked::Document(Cti(row.get(1)?)),
        _ => return Err(misfit(0, Type::Integer, "no kind of revocation")),
    };
    Ok(Revocation { what, at: time(row, 2)?, list: whole(row, 3)? })
}

fn revocation_list(row: &Row<'_>) -> rusqlite::Result<RevocationList> {
    Ok(RevocationList { number: whole(row, 0)?, issued: time(row, 1)?, document: row.get(2)? })
}
