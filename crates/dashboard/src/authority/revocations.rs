//! What is revoked, for ever.

use maud::html;

use super::REVOKE;
use super::data::{EntryKind, Revocations};
use crate::fault::{Faults, FieldFault};
use crate::frame::Frame;
use crate::parts::{choice, count, number, table, time};

/// The revocation list, and what was typed.
#[derive(Clone, Debug, Default)]
pub struct RevocationsView {
    /// When it was looked at.
    pub now: u64,
    /// The list, its newest entries first.
    pub list: Revocations,
    /// How many entries it has that are not shown.
    pub more: u64,
    /// What was chosen to be revoked: `key` or `document`.
    pub chosen: String,
    /// The id that was typed.
    pub typed: String,
    /// What is wrong with it.
    pub fault: Option<FieldFault>,
}

/// The page of revocations.
#[must_use]
pub fn revocations_page(frame: &Frame<'_>, view: &RevocationsView) -> String {
    let body = html! {
        @for entry in &view.list.entries {
            tr {
                th scope="row" { code.break { (entry.named.id) } }
                td { @match entry.named.what { EntryKind::Key => "key", EntryKind::Document => "document" } }
                td { (time(entry.at, view.now)) }
                td { (number(entry.list)) }
            }
        }
    };
    let faults = Faults(view.fault.as_ref());
    let content = html! {
        p {
            @if let Some(list) = view.list.number { "List " (number(list)) " is the newest: hosts fetch it, and hand it to machines." }
            @else { "There is no list yet: nothing was ever revoked." }
        }
        @if view.list.entries.is_empty() { p.empty { "Nothing is revoked." } }
        @else { (table("Revocations", &["Id", "Kind", "Since", "List"], &body)) }
        @if view.more > 0 { p { (count(view.more, "older entry is", "older entries are")) " not shown: " code { "leasehold vendor revocations" } " shows all." } }
        @if frame.offers(REVOKE) {
            section aria-labelledby="revoke" {
                h2 id="revoke" { "Revoke a key or a document" }
                p { "Hosts, directories and product keys are revoked on their own pages. This is for all else: a machine's device key, one lease, one certificate." }
                (faults.told())
                form.card method="get" action="/revocations" {
                    input type="hidden" name="ask" value="yes";
                    (choice("what", "Kind", &[("key", "a key"), ("document", "a document")], &view.chosen))
                    div {
                        label for="id" { "Its id" }
                        input id="id" name="id" type="text" value=(view.typed) placeholder="0caefc3c-e7a5-6d7b-5239-302a8b77373b" autocapitalize="none" spellcheck="false" required
                            autofocus[faults.is_at("id")] aria-invalid=[faults.invalid("id")] aria-describedby=[faults.described("id")];
                    }
                    p.actions { button type="submit" { "Continue" } }
                }
            }
        }
    };
    frame.page("Revocations", &content)
}
