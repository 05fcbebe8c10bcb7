//! The product keys that were issued.

use maud::{Markup, html};

use super::data::{Key, Kind};
use super::taken::{Taken, taken};
use super::{ISSUE, customer, key_link};
use crate::frame::Frame;
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
}

/// The page of product keys.
#[must_use]
pub fn keys_page(frame: &Frame<'_>, view: &KeysView) -> String {
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
        @if view.keys.is_empty() {
            p.empty { @if view.next.is_some() { "None so far: the search goes on with the next page." } @else { "There is none that was asked for." } }
        } @else { (rows(&view.keys, view.now)) }
        nav.pages aria-label="Pages of product keys" {
            @if let Some(next) = &view.next { a.button rel="next" href={ "/keys?" (next) } { "Next page" } }
        }
    };
    frame.page("Product keys", &content)
}

/// Product keys as a table.
pub(super) fn rows(keys: &[Key], now: u64) -> Markup {
    let body = html! {
        @for key in keys {
            tr {
                th scope="row" { (key_link(&key.id, Some(&key.last_five))) }
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

/// What a key of this kind activates.
pub(super) const fn places(kind: Kind) -> &'static str {
    match kind {
        Kind::Host => "hosts",
        Kind::Multiple => "machines",
    }
}
