//! `GET /api/v1/audit`.

use leasehold_dashboard::authority::data;
use leasehold_service::admin::input::{Limit, Position};
use leasehold_service::admin::{Answer, ok, page_limit, parsed};
use leasehold_store::authority::{AuditRow, AuthorityStore};

use super::call::Call;
use super::problems::problem;
use crate::audit;
use crate::error::Error;

/// The audit: every change, newest first.
#[utoipa::path(get, operation_id = "audit", path = "/api/v1/audit", tag = "audit",
    params(
        ("before" = inline(Option<Position>), Query, description = "Only rows older than the one of this number."),
        ("limit" = inline(Option<Limit>), Query, description = "Rows at most; 100 unless given."),
    ),
    responses((status = 200, description = "A page of rows", body = data::AuditPage)))]
pub(super) fn list(call: &Call<'_>) -> Answer {
    let [before, limit] = call.input.query(["before", "limit"])?;
    let before = parsed::<Position>("before", before)?.map(|before| before.0);
    let page = page(call.store(), before, page_limit(limit)?);
    ok(&page.map_err(|error| problem(&error))?)
}

/// Rows older than the number `before`, or the newest, at most `limit` of them.
pub(super) fn page(store: &dyn AuthorityStore, before: Option<u64>, limit: u64) -> Result<data::AuditPage, Error> {
    let items: Vec<data::AuditRow> = audit::audit(store, before, limit)?.into_iter().map(row).collect();
    let last = items.last().map(|row| row.number);
    let next = last.filter(|number| items.len() as u64 == limit && *number > 1);
    Ok(data::AuditPage { items, next })
}

fn row(row: AuditRow) -> data::AuditRow {
    let AuditRow { number, at, actor, action, subject, detail } = row;
    data::AuditRow { number, at: at.unix(), actor, action, subject, detail }
}
