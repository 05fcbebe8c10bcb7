//! Who has changed what, and who signed in.

use maud::{Markup, html};

use super::data::{AuditPage, AuditRow};
use crate::frame::Frame;
use crate::parts::{table, time};

/// The audit, and who signed in.
#[derive(Clone, Debug, Default)]
pub struct AuditView {
    /// When it was looked at.
    pub now: u64,
    /// A page of changes.
    pub changes: AuditPage,
    /// Who signed in or was refused, newest first; on the first page alone.
    pub sign_ins: Vec<SignInRow>,
}

/// Someone who signed in, or was refused, or whose account was changed.
#[derive(Clone, Debug, Default)]
pub struct SignInRow {
    /// When.
    pub at: u64,
    /// By whom.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// Where from.
    pub from: Option<String>,
}

/// The page of the audit.
#[must_use]
pub fn audit_page(frame: &Frame<'_>, view: &AuditView) -> String {
    let signed = html! {
        @for row in &view.sign_ins {
            tr {
                th scope="row" { (time(row.at, view.now)) }
                td { (row.actor) }
                td { (row.action) }
                td.words { (row.subject) }
                td { (row.from.as_deref().unwrap_or("-")) }
            }
        }
    };
    let content = html! {
        p { "Every change with its author: commands (cli), administrators who have signed in (admin, sso), programs (token), and the service itself
             for what hosts and machines have asked." }
        h2 { "What was changed" }
        @if view.changes.items.is_empty() { p.empty { "Nothing yet." } } @else { (rows(&view.changes.items, view.now)) }
        @if let Some(next) = view.changes.next { nav.pages aria-label="Pages of the audit" { a.button rel="next" href={ "/audit?before=" (next) } { "Earlier" } } }
        @if !view.sign_ins.is_empty() {
            h2 { "Who signed in" }
            p { "The newest; the file " code { "audit.jsonl" } " in the vendor's folder has all." }
            (table("Sign-ins", &["Time", "Who", "Event", "Subject", "From"], &signed))
        }
    };
    frame.page("Audit", &content)
}

/// Changes as a table.
fn rows(changes: &[AuditRow], now: u64) -> Markup {
    let body = html! {
        @for row in changes {
            tr {
                th scope="row" { (time(row.at, now)) }
                td { (row.actor) }
                td { (row.action) }
                td { code { (row.subject) } }
                td.words { (row.detail) }
            }
        }
    };
    table("Changes", &["Time", "Who", "Change", "Subject", "Details"], &body)
}
