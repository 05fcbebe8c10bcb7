//! Customers: what each has bought, and what is used up of it.

use maud::{Markup, html};

use super::data::{Key, Kind, Usage};
use super::hosts::{Host, rows as host_rows};
use super::taken::{Taken, taken};
use super::usage::{month_chart, rows as usage_rows};
use super::{ISSUE, customer, keys, query};
use crate::frame::Frame;
use crate::list::List;
use crate::parts::{number, table};

/// The customers.
#[derive(Clone, Debug, Default)]
pub struct CustomersView {
    /// Part of a name that was asked for.
    pub search: String,
    /// The customers, those without a name last.
    pub customers: Vec<Customer>,
    /// How many more there are.
    pub more: u64,
}

/// A customer.
#[derive(Clone, Debug, Default)]
pub struct Customer {
    /// Their name; `None` for product keys of no customer in particular.
    pub name: Option<String>,
    /// Product keys that hold.
    pub keys: u64,
    /// Product keys that were withdrawn.
    pub withdrawn: u64,
    /// Hosts, and directories, of host keys.
    pub hosts: Taken,
    /// Machines of multiple keys.
    pub machines: Taken,
    /// Live leases, by the last reports of the hosts.
    pub live: u64,
}

/// One customer.
#[derive(Clone, Debug, Default)]
pub struct CustomerView {
    /// When it was looked at.
    pub now: u64,
    /// Their name.
    pub name: String,
    /// Their product keys.
    pub keys: Vec<Key>,
    /// Whether there are more of these.
    pub more_keys: bool,
    /// Their hosts.
    pub hosts: Vec<Host>,
    /// Whether there are more of these.
    pub more_hosts: bool,
    /// How they have used what they have bought.
    pub usage: Vec<Usage>,
}

/// The page of customers.
#[must_use]
pub fn customers_page(frame: &Frame<'_>, view: &CustomersView) -> String {
    let body = html! {
        @for one in &view.customers {
            tr {
                th scope="row" { (customer(one.name.as_deref())) }
                td { (number(one.keys)) @if one.withdrawn > 0 { span.quiet { " and " (number(one.withdrawn)) " withdrawn" } } }
                td { (taken(one.hosts, keys::places(Kind::Host))) }
                td { (taken(one.machines, keys::places(Kind::Multiple))) }
                td { (number(one.live)) }
            }
        }
    };
    let filtered = !view.search.is_empty();
    let list = List { what: "customers", path: "/customers", filtered, first: None, next: None };
    let content = html! {
        form.filter method="get" action="/customers" role="search" {
            div {
                label for="search" { "Name" }
                input id="search" name="search" type="search" value=(view.search) spellcheck="false";
            }
            button type="submit" { "Search" }
        }
        @if view.customers.is_empty() { (list.empty(&keys::none_issued(frame))) } @else { (table("Customers", &["Customer", "Product keys", "Hosts", "Machines", "Live leases"], &body)) }
        @if view.more > 0 { p { (number(view.more)) " more: search for a part of the name." } }
    };
    frame.page("Customers", &content)
}

/// The page of one customer.
#[must_use]
pub fn customer_page(frame: &Frame<'_>, view: &CustomerView) -> String {
    let content = html! {
        @if frame.offers(ISSUE) { p.actions { a.button href={ "/issue?" (query(&[("customer", &view.name)])) } { "Issue a product key" } } }
        h2 { "Product keys" }
        @if view.keys.is_empty() { p.empty { "There is none of this customer." } } @else { (keys::rows(&view.keys, view.now)) }
        @if view.more_keys { (more("/keys", view, "product keys")) }
        h2 { "Hosts" }
        @if view.hosts.is_empty() { p.empty { "None is activated." } } @else { (host_rows(&view.hosts, view.now)) }
        @if view.more_hosts { (more("/hosts", view, "hosts")) }
        h2 { "Usage" }
        @if view.usage.is_empty() { p.empty { "No host has reported any yet." } }
        @else { (month_chart(&view.usage)) (usage_rows(&view.usage)) }
    };
    frame.page(&view.name, &content)
}

/// That there are more of a customer's than are shown, and where they are found: by a search, which finds other customers, too,
/// whose names hold this one.
fn more(path: &str, view: &CustomerView, what: &str) -> Markup {
    html! { p { "There are more. " a href={ (path) "?" (query(&[("customer", &view.name)])) } { "Search all " (what) " for this name" } } }
}
