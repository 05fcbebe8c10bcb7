//! Forks and twins: machines that share what should be one machine's own.

use maud::html;

use super::clients::rows;
use super::data::ClientPage;
use crate::frame::Frame;

/// Forks and twins.
#[derive(Clone, Debug, Default)]
pub struct CopiesView {
    /// When they were looked at.
    pub now: u64,
    /// Clients whose key two machines were seen with.
    pub forked: ClientPage,
    /// Clients whose hardware equals another's.
    pub twins: ClientPage,
}

/// The page of forks and twins.
#[must_use]
pub fn copies_page(frame: &Frame<'_>, view: &CopiesView) -> String {
    let content = html! {
        section aria-labelledby="forked" {
            h2 id="forked" { "Forks" }
            p { "Two machines were seen with one device key: a disk or an image was copied with the client's state in it. Run "
                code { "leasehold client generalize" } " in the image, and again on one of the two." }
            @if view.forked.items.is_empty() { p.empty { "None were seen." } } @else { (rows("Clients that have forked", &view.forked.items, view.now)) }
            @if view.forked.next.is_some() { p { a.button href="/clients?state=forked" { "All forks" } } }
        }
        section aria-labelledby="twins" {
            h2 id="twins" { "Twins" }
            p { "Clients with a key of their own whose hardware equals that of a client that counts: one machine whose state was lost, or a
                 copy. Each may have a lease, and only one counts for the threshold." }
            @if view.twins.items.is_empty() { p.empty { "None were seen." } } @else { (rows("Clients that are twins", &view.twins.items, view.now)) }
            @if view.twins.next.is_some() { p { a.button href="/clients?state=twins" { "All twins" } } }
        }
    };
    frame.live_page("Forks and twins", &content)
}
