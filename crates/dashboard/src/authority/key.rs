//! One product key: what it grants, what it has activated.

use maud::{Markup, html};

use super::data::{Key, Kind, Policy};
use super::directories::{ActivatedDirectory, rows as directory_rows};
use super::hosts::{Host, standing};
use super::keys::{kind, places, state};
use super::taken::{Taken, taken};
use super::{REVOKE, customer};
use crate::frame::Frame;
use crate::parts::{count, fact, id, number, span, table, time, when};

/// A product key with what it has activated.
#[derive(Clone, Debug)]
pub struct KeyPageView {
    /// When it was looked at.
    pub now: u64,
    /// The key.
    pub key: Key,
    /// Hosts or machines, a page of them.
    pub places: Vec<Host>,
    /// The ordinal after which the next page begins.
    pub next: Option<u64>,
    /// Its directories.
    pub directories: Vec<ActivatedDirectory>,
}

/// The page of one product key.
#[must_use]
pub fn key_page(frame: &Frame<'_>, view: &KeyPageView) -> String {
    let KeyPageView { now, key, .. } = view;
    let content = html! {
        dl.facts {
            (fact("State", &state(key)))
            (fact("Kind", &html! { (kind(key.kind)) }))
            (fact("Customer", &customer(key.customer.as_deref())))
            (fact("Family", &html! { (key.family) }))
            (fact("Used", &html! {
                (taken(Taken { taken: key.places_taken, of: key.places }, places(key.kind)))
                span.quiet { (count(key.activations_taken, "key pair", "key pairs")) ", at most " (number(key.activations_each)) " on each" }
            }))
            (fact("Issued", &time(key.issued, *now)))
            @if let Some(withdrawn) = key.withdrawn { (fact("Withdrawn", &time(withdrawn, *now))) }
            (fact("Key", &html! { code.break { (key.id) } }))
        }
        @if frame.offers(REVOKE) {
            p.actions {
                @if key.withdrawn.is_none() { a.button href={ "/keys/" (key.id) "/withdraw" } { "Withdraw it" } }
                a.button href={ "/keys/" (key.id) "/revoke" } { "Revoke all that it has activated" }
            }
        }
        section aria-labelledby="places" {
            h2 id="places" { @match key.kind { Kind::Host => "Hosts", Kind::Multiple => "Machines" } }
            @if view.places.is_empty() { p.empty { "None is activated." } } @else { (place_rows(&view.places, *now)) }
            @if let Some(next) = view.next { nav.pages aria-label="Pages of what is activated" { a.button rel="next" href={ "/keys/" (key.id) "?after=" (next) } { "Next page" } } }
        }
        @if !view.directories.is_empty() {
            section aria-labelledby="directories" { h2 id="directories" { "Directories" } (directory_rows(frame, &view.directories, *now)) }
        }
        section aria-labelledby="policy" { h2 id="policy" { "What it grants" } (policy_facts(&key.policy, *now)) }
    };
    frame.page(&format!("Product key …{}", key.last_five), &content)
}

fn place_rows(places: &[Host], now: u64) -> Markup {
    let body = html! {
        @for Host { place, state, .. } in places {
            tr {
                th scope="row" { a href={ "/hosts/" (place.subject) } { @if let Some(name) = &place.name { (name) } @else { (place.ordinal) } } }
                td { (standing(*state)) }
                td { (number(place.activation)) }
                td { (when(place.last, now)) }
                td { @if let Some(end) = place.expires { (when(end, now)) } @else { "never" } }
                td { (id(&place.subject)) }
            }
        }
    };
    table("What it has activated", &["Name", "State", "Key pair", "Last answered", "Ends", "Key"], &body)
}

/// A policy as a list of facts.
pub(super) fn policy_facts(policy: &Policy, now: u64) -> Markup {
    html! {
        dl.facts {
            (fact("Threshold", &html! { (count(policy.threshold, "client", "clients")) " within " (span(policy.window)) }))
            (fact("Leases", &html! { "for " (span(policy.validity)) ", renewed every " (span(policy.renewal)) }))
            (fact("After a failure", &html! { "again after " (span(policy.retry)) }))
            (fact("Grace", &html! { (span(policy.grace)) }))
            (fact("Capacity", &html! { @if let Some(capacity) = policy.capacity { (count(capacity, "lease", "leases")) " at once" } @else { "no limit" } }))
            @if let Some(devices) = policy.devices { (fact("Subscription", &html! { (count(devices, "device", "devices")) " for each user" })) }
            (fact("Drift", &html! { (count(policy.drift, "component", "components")) }))
            (fact("Ends", &html! { @if let Some(end) = policy.end { (time(end, now)) } @else { "never" } }))
            @if !policy.features.is_empty() { (fact("Features", &html! { (policy.features.join(", ")) })) }
        }
    }
}
