//! What was decided, newest first.

use maud::{Markup, html};

use super::data::{Event, EventPage};
use crate::frame::Frame;
use crate::list::List;
use crate::parts::{badge, choice, family_choice, id, table, time};

/// Events, and what was asked for.
#[derive(Clone, Debug, Default)]
pub struct EventsView {
    /// When they were looked at.
    pub now: u64,
    /// Which decisions: empty, `granted`, `refused`, `released`, `ended` or `forgotten`.
    pub decision: String,
    /// Of which family; empty is of each.
    pub family: String,
    /// The families that there are.
    pub families: Vec<String>,
    /// The events.
    pub page: EventPage,
    /// The query of the next page, encoded.
    pub next: Option<String>,
}

/// The page of events.
#[must_use]
pub fn events_page(frame: &Frame<'_>, view: &EventsView) -> String {
    let list = List {
        what: "events",
        path: "/events",
        filtered: !view.decision.is_empty() || !view.family.is_empty(),
        first: None,
        next: view.next.as_deref(),
    };
    let content = html! {
        (filter(view))
        @if view.page.items.is_empty() { (list.empty(&html! { "Nothing was decided yet: no machine has asked." })) } @else { (rows(&view.page.items, view.now, true)) }
        @if let Some(next) = &view.next { nav.pages aria-label="Pages of events" { a.button rel="next" href={ "/events?" (next) } { "Earlier" } } }
    };
    frame.live_page("Events", &content)
}

fn filter(view: &EventsView) -> Markup {
    const DECISIONS: [(&str, &str); 6] = [
        ("", "all"),
        ("granted", "granted"),
        ("refused", "refused"),
        ("released", "given back"),
        ("ended", "ended"),
        ("forgotten", "forgotten"),
    ];
    html! {
        form.filter method="get" action="/events" {
            (choice("decision", "Decision", &DECISIONS, &view.decision))
            (family_choice(&view.families, &view.family))
            button type="submit" { "Show" }
        }
    }
}

/// Events as a table, with their clients where these differ.
pub(super) fn rows(events: &[Event], now: u64, with_client: bool) -> Markup {
    let body = html! {
        @for event in events {
            tr {
                th scope="row" { (time(event.at, now)) }
                @if with_client {
                    td { a href={ "/clients/" (event.client) } { @if let Some(name) = &event.name { (name) } @else { (id(&event.client)) } } }
                }
                td { (event.product) }
                td { (decision(event)) }
                td.words { (event.text) }
                td { @if let Some(seal) = event.seal { a href={ "/seals?before=" (seal + 1) } { (seal) } } @else { "-" } }
            }
        }
    };
    let heads: &[&str] = if with_client {
        &["Time", "Client", "Product", "Decision", "Why", "Seal"]
    } else {
        &["Time", "Product", "Decision", "Why", "Seal"]
    };
    table("Events", heads, &body)
}

fn decision(event: &Event) -> Markup {
    html! {
        (badge(match event.decision { "granted" => "good", "refused" => "warning", _ => "quiet" }, event.decision))
        @if event.forked { " " (badge("bad", "fork")) }
        @if event.twin { " " (badge("warning", "twin")) }
    }
}
