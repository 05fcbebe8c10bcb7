//! The hosts that host keys have activated: which are overdue, which were copied, how they are used.

use maud::{Markup, html};

use super::data::{Place, Tip};
use super::{REVOKE, customer, key_link};
use crate::chart::{Bar, Bars};
use crate::frame::Frame;
use crate::list::List;
use crate::parts::{badge, choice, fact, number, table, time, when};

/// A host, and whose it is.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// The host.
    pub place: Place,
    /// The last five characters of its product key.
    pub last_five: String,
    /// The customer.
    pub customer: Option<String>,
    /// How it stands.
    pub state: HostState,
    /// Live leases, by its last report.
    pub live: Option<u64>,
}

/// How a host stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostState {
    /// It is renewed in time.
    #[default]
    Renewed,
    /// It is a machine that is activated, which renews nothing.
    Activated,
    /// It was not renewed for longer than it should.
    Overdue,
    /// Its certificate has ended.
    Ended,
    /// There are two of it.
    Forked,
    /// The revocation list names it.
    Revoked,
}

/// Hosts, and what was asked for.
#[derive(Clone, Debug, Default)]
pub struct HostsView {
    /// When they were looked at.
    pub now: u64,
    /// Of which customer; empty is of each.
    pub customer: String,
    /// Which of them: empty, `forked`, `overdue` or `revoked`.
    pub state: String,
    /// The hosts.
    pub hosts: Vec<Host>,
    /// The query of the next page, encoded.
    pub next: Option<String>,
    /// The query of the first page, encoded; `None` where this is it.
    pub first: Option<String>,
}

/// One host or machine: what each product key that has activated it knows.
#[derive(Clone, Debug, Default)]
pub struct HostView {
    /// When it was looked at.
    pub now: u64,
    /// An entry for each product key.
    pub hosts: Vec<Host>,
    /// How its families were used, by month.
    pub usage: Vec<HostUsage>,
}

/// How a family was used on a host in a month.
#[derive(Clone, Debug, Default)]
pub struct HostUsage {
    /// In UTC, as `2026-11`.
    pub month: String,
    /// The family.
    pub family: String,
    /// Clients within the window, by the last report.
    pub clients: u64,
    /// Live leases, by the last report.
    pub live: u64,
    /// Most live leases at once.
    pub peak: u64,
    /// When it was reported last.
    pub at: u64,
}

impl HostState {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Activated => "activated",
            Self::Overdue => "overdue",
            Self::Ended => "ended",
            Self::Forked => "forked",
            Self::Revoked => "revoked",
        }
    }

    const fn tone(self) -> &'static str {
        match self {
            Self::Renewed | Self::Activated => "good",
            Self::Overdue => "warning",
            Self::Ended | Self::Forked | Self::Revoked => "bad",
        }
    }
}

/// The page of hosts.
#[must_use]
pub fn hosts_page(frame: &Frame<'_>, view: &HostsView) -> String {
    const STATES: [(&str, &str); 4] =
        [("", "all"), ("forked", "forked"), ("overdue", "overdue or ended"), ("revoked", "revoked")];
    let list = List {
        what: "hosts",
        path: "/hosts",
        filtered: !view.customer.is_empty() || !view.state.is_empty(),
        first: view.first.as_deref(),
        next: view.next.as_deref(),
    };
    let none = html! { "No host is activated yet: a customer activates theirs with a host key. " a href="/keys" { "Product keys" } };
    let content = html! {
        form.filter method="get" action="/hosts" role="search" {
            div {
                label for="customer" { "Customer" }
                input id="customer" name="customer" type="search" value=(view.customer) spellcheck="false";
            }
            (choice("state", "State", &STATES, &view.state))
            button type="submit" { "Search" }
        }
        @if view.hosts.is_empty() { (list.empty(&none)) } @else { (rows(&view.hosts, view.now)) }
        (list.paging())
    };
    frame.page("Hosts", &content)
}

/// Hosts as a table.
pub(super) fn rows(hosts: &[Host], now: u64) -> Markup {
    let body = html! {
        @for Host { place, last_five, customer: of, state, live } in hosts {
            tr {
                th scope="row" { a href={ "/hosts/" (place.subject) } { @if let Some(name) = &place.name { (name) } @else { (place.subject.get(..8).unwrap_or_default()) } } }
                td { (standing(*state)) }
                td { (customer(of.as_deref())) }
                td { (key_link(&place.key, last_five)) }
                td { (when(place.last, now)) }
                td { @if let Some(end) = place.expires { (when(end, now)) } @else { "never" } }
                td { @if let Some(live) = live { (number(*live)) } @else { "not reported" } }
            }
        }
    };
    table("Hosts", &["Name", "State", "Customer", "Product key", "Last renewed", "Ends", "Live leases"], &body)
}

/// How a host or machine stands, in a word.
pub(super) fn standing(state: HostState) -> Markup {
    badge(state.tone(), state.name())
}

/// The page of one host or machine.
#[must_use]
pub fn host_page(frame: &Frame<'_>, view: &HostView) -> String {
    let first = view.hosts.first();
    let title = first.and_then(|host| host.place.name.clone()).unwrap_or_else(|| {
        let subject = first.map_or("", |host| &host.place.subject);
        format!("Machine {}", subject.get(..8).unwrap_or_default())
    });
    let content = html! {
        @for host in &view.hosts { (one(host, view.now)) }
        @if let Some(host) = first.filter(|host| host.state != HostState::Revoked && frame.offers(REVOKE)) {
            p.actions { a.button href={ "/hosts/" (host.place.subject) "/revoke" } { "Revoke it" } }
        }
        @if !view.usage.is_empty() {
            section aria-labelledby="usage" {
                h2 id="usage" { "Usage by month" }
                (usage_chart(&view.usage))
                (usage_rows(&view.usage, view.now))
            }
        }
    };
    frame.page(&title, &content)
}

fn one(host: &Host, now: u64) -> Markup {
    let Host { place, last_five, customer: of, state, .. } = host;
    html! {
        p class={ "state " (state.tone()) } { (sentence(host)) }
        dl.facts {
            (fact("State", &standing(*state)))
            (fact("Customer", &customer(of.as_deref())))
            (fact("Product key", &key_link(&place.key, last_five)))
            (fact("Host", &html! { (number(place.ordinal)) ", key pair " (number(place.activation)) }))
            (fact("First activated", &time(place.first, now)))
            (fact("Last answered", &time(place.last, now)))
            (fact("Ends", &html! { @if let Some(end) = place.expires { (time(end, now)) } @else { "never" } }))
            @if let Some(tip) = &place.tip { (fact("Newest seal", &tip_words(tip))) }
            @if let Some(fork) = &place.forked {
                (fact("Forked", &time(fork.at, now)))
                (fact("Seal it should have named", &tip_words(&fork.expected)))
                (fact("Seal it has named", &html! { @if let Some(tip) = &fork.reported { (tip_words(tip)) } @else { "none" } }))
            }
            (fact("Key", &html! { code.break { (place.subject) } }))
        }
    }
}

fn sentence(host: &Host) -> &'static str {
    match host.state {
        HostState::Renewed => "This host is renewed in time.",
        HostState::Activated => "This machine is activated.",
        HostState::Overdue => {
            "This host has not asked for longer than it should: it is off, does not reach this service, or is renewed by hand."
        }
        HostState::Ended => {
            "Its activation has ended: a host grants nothing until it is renewed, a machine is activated no longer."
        }
        HostState::Forked => {
            "Two hosts have renewed with this key, or one was restored from a backup: ask the customer which of them is to stay."
        }
        HostState::Revoked => "It is revoked: its leases hold no longer than it takes the list to reach the machines.",
    }
}

fn tip_words(tip: &Tip) -> Markup {
    html! { (number(tip.number)) " " code.break { (tip.seal) } }
}

fn usage_chart(usage: &[HostUsage]) -> Markup {
    let bar =
        |usage: &HostUsage| Bar { label: format!("{} {}", usage.month, usage.family), value: usage.peak, more: 0 };
    let bars: Vec<Bar> = usage.iter().map(bar).collect();
    Bars { title: "Most leases at once", bars: &bars, lower: "leases", upper: "" }.draw()
}

fn usage_rows(usage: &[HostUsage], now: u64) -> Markup {
    let body = html! {
        @for one in usage.iter().rev() {
            tr {
                th scope="row" { (one.month) }
                td { (one.family) }
                td { (number(one.clients)) }
                td { (number(one.live)) }
                td { (number(one.peak)) }
                td { (when(one.at, now)) }
            }
        }
    };
    table("Usage of this host", &["Month", "Family", "Clients", "Live leases", "Most at once", "Reported"], &body)
}
