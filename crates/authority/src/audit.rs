//! The audit: every change with its author and time.

use leasehold_store::authority::{AuditRow, AuthorityStore};

use crate::error::Error;
use crate::transact;

/// Rows of the audit older than the number `before`, or the newest, at most `max` of them, newest first.
///
/// # Errors
/// [`Error::NotInitialised`], [`Error::Store`].
pub fn audit(store: &dyn AuthorityStore, before: Option<u64>, max: u64) -> Result<Vec<AuditRow>, Error> {
    transact(store, "read the audit", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        Ok(tx.audit(before, max)?)
    })
}
