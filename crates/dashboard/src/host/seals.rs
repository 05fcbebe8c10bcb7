//! The host's chain of seals.

use maud::html;

use super::data::SealPage;
use crate::frame::Frame;
use crate::parts::{badge, count, number, table, time};

/// The page of seals.
#[must_use]
pub fn seals_page(frame: &Frame<'_>, page: &SealPage, now: u64) -> String {
    let body = html! {
        @for seal in &page.items {
            tr {
                th scope="row" { (number(seal.number)) }
                td { (time(seal.at, now)) }
                td { (count(seal.size, seal.covers.trim_end_matches('s'), seal.covers)) }
                td { @if seal.holds { (badge("good", "holds")) } @else { (badge("bad", "does not hold")) } }
                td { code.break { (seal.seal) } }
            }
        }
    };
    let content = html! {
        p { "Each seal is this host's signature over a batch of leases or refusals, and names the one before: what was decided cannot be
             rewritten without contradicting what machines hold." }
        @if page.items.is_empty() { p.empty { "Nothing was sealed yet." } }
        @else { (table("Seals", &["Number", "Made", "Covers", "Signature", "Seal"], &body)) }
        @if let Some(next) = page.next { nav.pages aria-label="Pages of seals" { a.button rel="next" href={ "/seals?before=" (next) } { "Earlier" } } }
    };
    frame.live_page("Seals", &content)
}
