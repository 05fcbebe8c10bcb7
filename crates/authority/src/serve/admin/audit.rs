//! `GET /api/v1/audit`.

use leasehold_service::admin::input::{Limit, Position};
use leasehold_service::admin::{Answer, ok, page_limit, parsed};
use leasehold_store::authority::AuditRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::call::Call;
use super::problems::problem;
use crate::audit;

/// One change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRow)]
pub(super) struct Row {
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
#[schema(as = AuditPage)]
pub(super) struct View {
    items: Vec<Row>,
    /// The value of `before` for the next page; null where this is the last.
    #[schema(required)]
    next: Option<u64>,
}

/// The audit: every change, newest first.
#[utoipa::path(get, operation_id = "audit", path = "/api/v1/audit", tag = "audit",
    params(
        ("before" = inline(Option<Position>), Query, description = "Only rows older than the one of this number."),
        ("limit" = inline(Option<Limit>), Query, description = "Rows at most; 100 unless given."),
    ),
    responses((status = 200, description = "A page of rows", body = View)))]
pub(super) fn list(call: &Call<'_>) -> Answer {
    let [before, limit] = call.input.query(["before", "limit"])?;
    let (before, limit) = (parsed::<Position>("before", before)?.map(|before| before.0), page_limit(limit)?);
    let rows = audit::audit(call.store(), before, limit);
    let items: Vec<Row> = rows.map_err(|error| problem(&error))?.into_iter().map(Row::from).collect();
    let last = items.last().map(|row| row.number);
    let next = last.filter(|number| items.len() as u64 == limit && *number > 1);
    ok(&View { items, next })
}

impl From<AuditRow> for Row {
    fn from(row: AuditRow) -> Self {
        let AuditRow { number, at, actor, action, subject, detail } = row;
        Self { number, at: at.unix(), actor, action, subject, detail }
    }
}
