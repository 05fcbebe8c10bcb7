//! One transaction of the authority's on SQLite.

use leasehold_core::Policy;
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Stamp};
use rusqlite::types::ToSql;
use rusqlite::{Params, Row, params, params_from_iter};

use super::row::{at, integer, length, lines};
use crate::open::failed;

/// A transaction that has the lock for writing.
pub(super) struct SqliteTransaction<'c> {
    tx: rusqlite::Transaction<'c>,
    audit: Audit,
}

/// Whether changes are noted in the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audit {
    On,
    Off,
}

impl<'c> SqliteTransaction<'c> {
    pub(super) fn new(tx: rusqlite::Transaction<'c>) -> Self {
        Self { tx, audit: Audit::On }
    }

    pub(super) fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().map_err(failed)
    }

    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.tx.prepare_cached(sql).and_then(|mut statement| statement.query_map(params, read)?.collect());
        rows.map_err(failed)
    }

    pub(super) fn first<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, params, read)?.into_iter().next())
    }

    /// Carries out a change; how many rows it touched.
    pub(super) fn change(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        let changed = self.tx.prepare_cached(sql).and_then(|mut statement| statement.execute(params));
        changed.map_err(failed)
    }

    /// Does `work` without rows of audit of its own.
    pub(super) fn unaudited<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.audit = Audit::Off;
        let value = work(self);
        self.audit = Audit::On;
        value
    }

    /// Adds a row to the audit.
    pub(super) fn note(&self, change: &Change, by: Stamp) -> Result<(), StoreError> {
        if self.audit == Audit::Off {
            return Ok(());
        }
        let words = (by.actor.name(), change.action(), change.subject(), change.detail());
        self.change(sql!("audit_add"), params![at(by.at), words.0, words.1, words.2, words.3]).map(drop)
    }

    /// Adds a policy; its number.
    pub(super) fn add_policy(&self, policy: &Policy) -> Result<i64, StoreError> {
        self.change(sql!("policy_add"), params_from_iter(columns(policy)))?;
        Ok(self.tx.last_insert_rowid())
    }

    /// Changes the policy of whatever row `sql` finds by `id`.
    pub(super) fn change_policy(&self, sql: &str, id: impl ToSql, policy: &Policy) -> Result<(), StoreError> {
        let columns = columns(policy);
        let columns = columns.iter().map(AsRef::as_ref);
        self.change(sql, params_from_iter([&id as &dyn ToSql].into_iter().chain(columns))).map(drop)
    }
}

/// A policy as columns, in the order of the statements that write it.
fn columns(policy: &Policy) -> [Box<dyn ToSql>; 11] {
    [
        Box::new(integer(policy.threshold)),
        Box::new(length(policy.window)),
        Box::new(length(policy.validity)),
        Box::new(length(policy.renewal)),
        Box::new(length(policy.retry)),
        Box::new(length(policy.grace)),
        Box::new(policy.capacity.map(integer)),
        Box::new(integer(policy.drift)),
        Box::new(policy.end.map(at)),
        Box::new(lines(&policy.features)),
        Box::new(policy.devices.map(integer)),
    ]
}
