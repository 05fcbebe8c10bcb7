//! One transaction of the authority's on PostgreSQL.

use leasehold_core::Policy;
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Stamp};
use tokio::runtime::Runtime;
use tokio_postgres::Row;

use super::pool::Connection;
use super::row::{Parameter, at, columns};
use crate::failure::{Fault, damaged};

/// A transaction, with what has made it fail.
pub(super) struct PostgresTransaction<'c> {
    runtime: &'c Runtime,
    connection: &'c Connection,
    failed: Option<Failed>,
    audit: Audit,
}

/// Whether changes are noted in the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audit {
    On,
    Off,
}

/// How a transaction has failed; nothing more of it can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// Others were in the way.
    Conflict,
    /// For another reason, which the caller got as an error.
    Otherwise,
}

impl<'c> PostgresTransaction<'c> {
    pub(super) fn new(runtime: &'c Runtime, connection: &'c Connection) -> Self {
        Self { runtime, connection, failed: None, audit: Audit::On }
    }

    pub(super) fn failed(&self) -> Option<Failed> {
        self.failed
    }

    pub(super) fn all<T>(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        read: fn(&Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, StoreError> {
        let found: Result<Vec<T>, Fault> = self.runtime.block_on(async {
            let statement = self.connection.prepare_cached(sql).await?;
            let rows = self.connection.query(&statement, parameters).await?;
            rows.iter().map(read).collect()
        });
        found.map_err(|fault| self.fail(fault))
    }

    pub(super) fn first<T>(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        read: fn(&Row) -> Result<T, Fault>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, parameters, read)?.into_iter().next())
    }

    /// Carries out a change; how many rows it touched.
    pub(super) fn change(&mut self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64, StoreError> {
        let changed: Result<u64, Fault> = self.runtime.block_on(async {
            let statement = self.connection.prepare_cached(sql).await?;
            Ok(self.connection.execute(&statement, parameters).await?)
        });
        changed.map_err(|fault| self.fail(fault))
    }

    fn fail(&mut self, fault: Fault) -> StoreError {
        let how = if fault.is_conflict_of_rows() { Failed::Conflict } else { Failed::Otherwise };
        self.failed.get_or_insert(how);
        fault.into()
    }

    /// Does `work` without rows of audit of its own.
    pub(super) fn unaudited<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.audit = Audit::Off;
        let value = work(self);
        self.audit = Audit::On;
        value
    }

    /// Adds a row to the audit.
    pub(super) fn note(&mut self, change: &Change, by: Stamp) -> Result<(), StoreError> {
        if self.audit == Audit::Off {
            return Ok(());
        }
        let words = (by.actor.name(), change.action(), change.subject(), change.detail());
        self.change(sql!("audit_add"), &[&at(by.at), &&words.0[..], &words.1, &words.2, &words.3]).map(drop)
    }

    /// Adds a policy; its number.
    pub(super) fn add_policy(&mut self, policy: &Policy) -> Result<i64, StoreError> {
        let columns = columns(policy);
        let columns: Vec<Parameter<'_>> = columns.iter().map(|column| &**column as Parameter<'_>).collect();
        let number = self.first(sql!("policy_add"), &columns, |row| Ok(row.try_get::<_, i64>(0)?))?;
        number.ok_or_else(|| damaged("a policy"))
    }

    /// Changes the policy of whatever row `sql` finds by `id`.
    pub(super) fn change_policy(&mut self, sql: &str, id: Parameter<'_>, policy: &Policy) -> Result<(), StoreError> {
        let columns = columns(policy);
        let columns = columns.iter().map(|column| &**column as Parameter<'_>);
        let parameters: Vec<Parameter<'_>> = std::iter::once(id).chain(columns).collect();
        self.change(sql, &parameters).map(drop)
    }
}
