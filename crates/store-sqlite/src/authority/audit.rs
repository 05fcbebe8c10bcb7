//! The audit.

use leasehold_store::StoreError;
use leasehold_store::authority::{AuditRow, AuditRows};
use rusqlite::{Row, params};

use super::row::{integer, time, whole};
use super::transaction::SqliteTransaction;

impl AuditRows for SqliteTransaction<'_> {
    fn audit(&mut self, before: Option<u64>, max: u64) -> Result<Vec<AuditRow>, StoreError> {
        let before = before.map_or(i64::MAX, integer);
        self.all(sql!("audit"), params![before, integer(max)], audit)
    }
}

fn audit(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        number: whole(row, 0)?,
        at: time(row, 1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        subject: row.get(4)?,
        detail: row.get(5)?,
    })
}
