//! The audit.

use leasehold_store::StoreError;
use leasehold_store::authority::{AuditRow, AuditRows};
use tokio_postgres::Row;

use super::row::{integer, time, whole};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl AuditRows for PostgresTransaction<'_> {
    fn audit(&mut self, before: Option<u64>, max: u64) -> Result<Vec<AuditRow>, StoreError> {
        let before = before.map_or(i64::MAX, integer);
        self.all(sql!("audit"), &[&before, &integer(max)], audit)
    }
}

fn audit(row: &Row) -> Result<AuditRow, Fault> {
    Ok(AuditRow {
        number: whole(row, 0)?,
        at: time(row, 1)?,
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        subject: row.try_get(4)?,
        detail: row.try_get(5)?,
    })
}
