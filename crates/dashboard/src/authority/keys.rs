//! The product keys that were issued.

use maud::{Markup, html};

use super::data::{Key, Kind};
use super::taken::{Taken, taken};
use super::{ISSUE, customer, key_link};
use crate::frame::Frame;
use crate::list::List;
use crate::parts::{badge, family_choice, table, when};

/// Product keys, and what was asked for.
#[derive(Clone, Debug, Default)]
pub struct KeysView {
    /// When they were looked at.
    pub now: u64,
    /// Of which customer; empty is of each.
    pub customer: String,
    /// Of which family; empty is of each.
    pub family: String,
    /// The families that there are.
    pub families: Vec<String>,
    /// The keys.
    pub keys: Vec<Key>,
    /// The query of the next page, encoded.
    pub next: Option<String>,
    /// The query of the first page, encoded; `None` where this is it.
    pub first: Option<String>,
}

/// The page of product keys.
#[must_use]
pub fn keys_page(frame: &Frame<'_>, view: &KeysView) -> String {
    let list = List {
        what: "product keys",
        path: "/keys",
        filtered: !view.customer.is_empty() || !view.family.is_empty(),
        first: view.first.as_deref(),
        next: view.next.as_deref(),
    };
    let content = html! {
        @if frame.offers(ISSUE) { p.actions { a.button href="/issue" { "Issue a product key" } } }
        form.filter method="get" action="/keys" role="search" {
            div {
                label for="customer" { "Customer, or a key's last five characters" }
                input id="customer" name="customer" type="search" value=(view.customer) spellcheck="false";
            }
            (family_choice(&view.families, &view.family))
            button type="submit" { "Search" }
        }
        @if view.keys.is_empty() { (list.empty(&none_issued(frame))) } @else { (rows(&view.keys, view.now)) }
        (list.paging())
    };
    frame.page("Product keys", &content)
}

/// That no product key was issued yet, and what to do.
pub(super) fn none_issued(frame: &Frame<'_>) -> Markup {
    html! { "No product key was issued yet." @if frame.offers(ISSUE) { " " a href="/issue" { "Issue the first one" } } }
}

/// Product keys as a table.
pub(super) fn rows(keys: &[Key], now: u64) -> Markup {
    let body = html! {
        @for key in keys {
            tr {
                th scope="row" { (key_link(&key.id, &key.last_five)) }
                td { (state(key)) }
                td { (kind(key.kind)) }
                td { (customer(key.customer.as_deref())) }
                td { (key.family) }
                td { (taken(Taken { taken: key.places_taken, of: key.places }, places(key.kind))) }
                td { (when(key.issued, now)) }
            }
        }
    };
    table("Product keys", &["Key", "State", "Kind", "Customer", "Family", "Used", "Issued"], &body)
}

/// Whether it activates, in a word.
pub(super) fn state(key: &Key) -> Markup {
    if key.withdrawn.is_some() {
        badge("bad", "withdrawn")
    } else if key.places_taken >= key.places {
        badge("warning", "used up")
    } else {
        badge("good", "activates")
    }
}

/// The kind in words.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Host => "host key",
        Kind::Multiple => "multiple key",
    }
}

/// What a key of this kind activates: the words for one, and for more.
pub(super) const fn places(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Host => ("host", "hosts"),
        Kind::Multiple => ("machine", "machines"),
    }
}
