//! Who changed what and when.

use leasehold_store::authority::AuditRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Answer, Call, limit, ok, parsed};
use super::problems::problem;
use crate::trail;

/// One change.
#[derive(Debug, Serialize, ToSchema)]
struct Row {
    /// Counted from 1.
    number: u64,
    /// When, in seconds since 1970.
    at: u64,
    /// By whom: `cli`, `service`, or `token:` and its name.
    actor: String,
    /// What was done.
    action: String,
    /// What was changed.
    subject: String,
    /// More of it.
    detail: String,
}

/// A page of the audit, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditPage {
    items: Vec<Row>,
    /// What `before` is to be for the next page; null where this is the last.
    #[schema(required)]
    next: Option<u64>,
}

/// The audit: every change, newest first.
#[utoipa::path(get, operation_id = "audit", path = "/api/v1/audit", tag = "audit",
    params(
        ("before" = Option<u64>, Query, description = "Only rows older than the one of this number."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "Rows at most; 100 unless given."),
    ),
    responses((status = 200, description = "A page of rows", body = AuditPage)))]
pub(super) fn audit(call: &Call<'_>) -> Answer {
    let [before, most] = call.query(["before", "limit"])?;
    let (before, most) = (parsed("before", before)?, limit(most)?);
    let rows = trail::audit(call.store(), before, most);
    let items: Vec<Row> = rows.map_err(|error| problem(&error))?.into_iter().map(Row::from).collect();
    let last = items.last().map(|row| row.number);
    let next = last.filter(|number| items.len() as u64 == most && *number > 1);
    ok(&AuditPage { items, next })
}

impl From<AuditRow> for Row {
    fn from(row: AuditRow) -> Self {
        let AuditRow { number, at, actor, action, subject, detail } = row;
        Self { number, at: at.unix(), actor, action, subject, detail }
    }
}
