//! How customers use what they have bought, by month, as their hosts report it.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::customer;
use super::data::Usage;
use crate::chart::{Bar, Bars};
use crate::frame::Frame;
use crate::list::List;
use crate::parts::{choice, count, family_choice, number, table};

/// Usage, and what was asked for.
#[derive(Clone, Debug, Default)]
pub struct UsageView {
    /// Of which month; empty is of each.
    pub month: String,
    /// The months that there are.
    pub months: Vec<String>,
    /// Of which family; empty is of each.
    pub family: String,
    /// The families that there are.
    pub families: Vec<String>,
    /// The usage, by month, customer and family.
    pub usage: Vec<Usage>,
    /// How many rows are not shown.
    pub more: u64,
}

/// The page of usage.
#[must_use]
pub fn usage_page(frame: &Frame<'_>, view: &UsageView) -> String {
    let each = view.months.iter().rev().map(|month| (month.as_str(), month.as_str()));
    let months: Vec<(&str, &str)> = std::iter::once(("", "all")).chain(each).collect();
    let filtered = !view.month.is_empty() || !view.family.is_empty();
    let list = List { what: "reports", path: "/usage", filtered, first: None, next: None };
    let content = html! {
        p { "Hosts report it when they renew: numbers alone, no names. Hosts that are renewed by hand and without it report none." }
        form.filter method="get" action="/usage" role="search" {
            (choice("month", "Month", &months, &view.month))
            (family_choice(&view.families, &view.family))
            button type="submit" { "Show" }
        }
        @if view.usage.is_empty() { (list.empty(&html! { "No host has reported any yet." })) } @else {
            (month_chart(&view.usage))
            (rows(&view.usage))
            @if view.more > 0 { p { (count(view.more, "more row", "more rows")) ": choose a month, or use " code { "leasehold vendor usage" } "." } }
        }
    };
    frame.page("Usage", &content)
}

/// Most leases at once in each month, over all that is given.
pub(super) fn month_chart(usage: &[Usage]) -> Markup {
    let mut months: BTreeMap<&str, u64> = BTreeMap::new();
    for one in usage {
        let sum = months.entry(&one.month).or_default();
        *sum = sum.saturating_add(one.peak);
    }
    let excess = months.len().saturating_sub(MONTHS);
    let shown = months.into_iter().skip(excess);
    let bars: Vec<Bar> = shown.map(|(month, value)| Bar { label: month.to_owned(), value, more: 0 }).collect();
    Bars { title: "Most leases at once, by month", bars: &bars, lower: "leases", upper: "" }.draw()
}

/// Usage as a table, the newest month first.
pub(super) fn rows(usage: &[Usage]) -> Markup {
    let body = html! {
        @for one in usage.iter().rev() {
            tr {
                th scope="row" { (one.month) }
                td { (customer(one.customer.as_deref())) }
                td { (one.family) }
                td { (number(one.hosts)) }
                td { (number(one.clients)) }
                td { (number(one.live)) }
                td { (number(one.peak)) }
            }
        }
    };
    table("Usage", &["Month", "Customer", "Family", "Hosts", "Clients", "Live leases", "Most at once"], &body)
}

/// Months of a chart.
const MONTHS: usize = 24;
