//! Who signed in, and what each has done.

use maud::html;

use super::data::AuditPage;
use crate::frame::Frame;
use crate::parts::{table, time};

/// The page of the audit.
#[must_use]
pub fn audit_page(frame: &Frame<'_>, page: &AuditPage, now: u64) -> String {
    let body = html! {
        @for row in &page.items {
            tr {
                th scope="row" { (time(row.at, now)) }
                td { (row.actor) }
                td { (row.action) }
                td.words { (row.subject) }
                td { (row.from.as_deref().unwrap_or("-")) }
            }
        }
    };
    let content = html! {
        p { "Who signed in to this dashboard or was refused, and what was changed by whom. Leases that were ended stand in the sealed journal
             too (Events). The newest are shown: the file " code { "audit.jsonl" } " in the host's folder has all." }
        @if page.items.is_empty() { p.empty { "Nothing yet." } }
        @else { (table("Audit", &["Time", "Who", "Change", "Subject", "From"], &body)) }
    };
    frame.live_page("Audit", &content)
}
