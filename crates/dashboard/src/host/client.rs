//! One client: why it is activated or not, and what became of it.

use maud::{Markup, html};

use super::OPERATE;
use super::clients::state;
use super::data::{Client, Lease, Life};
use super::events::rows;
use crate::frame::Frame;
use crate::parts::{badge, count, fact, table, time};

/// The page of one client.
#[must_use]
pub fn client_page(frame: &Frame<'_>, life: &Life) -> String {
    let first = life.rows.first();
    let title = first.and_then(|row| row.name.clone()).unwrap_or_else(|| {
        first.map_or_else(|| "Client".to_owned(), |row| format!("Client {}", row.client.get(..8).unwrap_or_default()))
    });
    let content = html! {
        @for row in &life.rows { (family(frame, row, life.now)) }
        section aria-labelledby="life" {
            h2 id="life" { "What was decided" }
            @if life.events.is_empty() { p.empty { "Nothing was found in the journal." } } @else { (rows(&life.events, life.now, false)) }
            @if let (Some(earlier), Some(row)) = (life.earlier, first) {
                p { a.button href={ "/clients/" (row.client) "?before=" (earlier) } { "Look further back" } }
            }
        }
    };
    frame.live_page(&title, &content)
}

fn family(frame: &Frame<'_>, row: &Client, now: u64) -> Markup {
    let tone = if row.licensed { "good" } else { "warning" };
    html! {
        section aria-label={ "Family " (row.family) } {
            p class={ "state " (tone) } { (row.why) }
            dl.facts {
                (fact("State", &state(row)))
                (fact("Family", &html! { (row.family) }))
                (fact("Address", &html! { (row.address.as_deref().unwrap_or("not known")) }))
                (fact("First asked", &time(row.first_seen, now)))
                (fact("Last asked", &html! { (time(row.last_seen, now)) }))
                (fact("Counts for the threshold", &html! { @if row.counts { "yes" } @else { "no" } }))
                @if row.forks > 0 { (fact("Forks", &html! { "two machines were seen with this key " (count(row.forks, "time", "times")) })) }
                (fact("Device key", &html! { code.break { (row.client) } }))
            }
            @if !row.leases.is_empty() { (leases(frame, row, now)) }
            @if frame.offers(OPERATE) && !row.forgotten {
                p.actions { a.button href={ "/clients/" (row.client) "/forget?family=" (row.family) } { "Forget this client" } }
            }
        }
    }
}

fn leases(frame: &Frame<'_>, row: &Client, now: u64) -> Markup {
    let body = html! {
        @for lease in &row.leases {
            tr {
                th scope="row" { (lease.product) }
                td { (ended(lease)) }
                td { (time(lease.issued, now)) }
                td { (time(lease.expires, now)) }
                td { a href={ "/seals?before=" (lease.seal + 1) } { (lease.seal) } }
                td {
                    @if lease.live && frame.offers(OPERATE) {
                        a href={ "/clients/" (row.client) "/end?family=" (row.family) "&product=" (lease.product) "&lease=" (lease.lease) } { "End it" }
                    }
                }
            }
        }
    };
    html! {
        h2 { "Leases" }
        (table(&format!("Leases of {}", row.family), &["Product", "State", "Granted", "Ends", "Seal", "Action"], &body))
    }
}

fn ended(lease: &Lease) -> Markup {
    if lease.live {
        badge("good", "live")
    } else if lease.released {
        badge("quiet", "given back")
    } else if lease.ended_early {
        badge("quiet", "ended by an administrator")
    } else {
        badge("warning", "ended")
    }
}
