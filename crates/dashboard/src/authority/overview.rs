//! The overview: what was sold and is used, what needs the vendor, what has changed.

use maud::{Markup, html};

use super::ISSUE;
use super::data::{AuditRow, Usage, Vendor};
use super::usage::month_chart;
use crate::frame::Frame;
use crate::parts::{count, distance, fact, id, number, sentence, table, time, when};

/// How an authority stands.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// When it was looked at.
    pub now: u64,
    /// Whose authority it is.
    pub vendor: Vendor,
    /// Customers who hold a product key.
    pub customers: u64,
    /// Product keys that were issued and not withdrawn.
    pub keys: u64,
    /// Product keys that were withdrawn.
    pub withdrawn: u64,
    /// Hosts that are activated: those that were revoked or have ended are not.
    pub hosts: u64,
    /// Directories that are activated.
    pub directories: u64,
    /// Entries of the revocation list.
    pub revoked: u64,
    /// What needs the vendor, the most urgent first.
    pub tasks: Vec<Task>,
    /// The usage that hosts have reported.
    pub usage: Vec<Usage>,
    /// The newest changes.
    pub changes: Vec<AuditRow>,
}

/// Something that needs the vendor.
#[derive(Clone, Debug)]
pub struct Task {
    /// Whether something fails already.
    pub urgent: bool,
    /// What it is, in a sentence.
    pub text: String,
    /// What to do.
    pub hint: String,
    /// Where it is told in full.
    pub path: String,
}

/// The overview.
#[must_use]
pub fn overview_page(frame: &Frame<'_>, view: &Overview) -> String {
    let content = html! {
        (summary(frame, view))
        (tasks(&view.tasks))
        section aria-labelledby="issued" {
            h2 id="issued" { "Issued" }
            div.tiles {
                (tile("Customers", "/customers", view.customers, "who hold a product key"))
                (tile("Product keys", "/keys", view.keys, "issued and not withdrawn"))
                (tile("Hosts", "/hosts", view.hosts, "activated at present"))
                (tile("Directories", "/directories", view.directories, "activated at present"))
                (tile("Revoked", "/revocations", view.revoked, "keys and documents"))
            }
        }
        section aria-labelledby="used" {
            h2 id="used" { "Usage" }
            div.charts { (month_chart(&view.usage)) (authority_card(view)) }
        }
        section aria-labelledby="changes" {
            h2 id="changes" { "Recent changes" }
            @if view.changes.is_empty() { p.empty { "Nothing yet." } } @else { (changes(&view.changes, view.now)) }
        }
    };
    frame.page("Overview", &content)
}

fn summary(frame: &Frame<'_>, view: &Overview) -> Markup {
    if view.keys == 0 && view.hosts == 0 && view.directories == 0 && view.tasks.is_empty() {
        return first_step(frame, view.withdrawn);
    }
    let urgent = view.tasks.iter().any(|task| task.urgent);
    let (tone, text) = if view.vendor.expires <= view.now {
        ("bad", "This authority may not sign any more: it answers no host.".to_owned())
    } else if urgent {
        ("bad", "Something is wrong at a customer's, or here.".to_owned())
    } else if !view.tasks.is_empty() {
        ("warning", "All is answered, and something needs you.".to_owned())
    } else if view.hosts == 0 && view.directories > 0 {
        let directories = count(view.directories, "directory is", "directories are");
        ("good", format!("All is well: {directories} activated."))
    } else if view.hosts == 0 {
        ("good", "All is well. No host is activated.".to_owned())
    } else {
        ("good", format!("All is well: {} activated.", count(view.hosts, "host is", "hosts are")))
    };
    html! { p class={ "state " (tone) } { (text) } }
}

/// What comes first, where no product key grants anything and nothing that is counted is activated. Machines of keys that are
/// withdrawn may be.
fn first_step(frame: &Frame<'_>, withdrawn: u64) -> Markup {
    html! {
        p.state.quiet {
            @if withdrawn > 0 { "Every product key is withdrawn: with a new one, a customer activates hosts or machines." }
            @else { "No product key is issued: with one, a customer activates hosts or machines." }
        }
        @if frame.offers(ISSUE) { p.actions { a.button href="/issue" { "Issue a product key" } } }
    }
}

fn tasks(tasks: &[Task]) -> Markup {
    html! {
        @if !tasks.is_empty() {
            section aria-labelledby="tasks" {
                h2 id="tasks" { "What needs you" }
                ul.warnings {
                    @for task in tasks {
                        li class=(if task.urgent { "bad" } else { "warning" }) {
                            p { strong { (task.text) } " " a href=(task.path) { "Look" span.hidden { ": " (task.text) } } }
                            p.quiet { (sentence(&task.hint)) }
                        }
                    }
                }
            }
        }
    }
}

/// The newest changes, short; the audit tells them in full.
fn changes(changes: &[AuditRow], now: u64) -> Markup {
    let body = html! {
        @for row in changes {
            tr {
                th scope="row" { (when(row.at, now)) }
                td { (row.actor) }
                td { (row.action) }
                td { (id(&row.subject)) }
            }
        }
    };
    html! {
        (table("Changes", &["Time", "Who", "Change", "Subject"], &body))
        p { a href="/audit" { "All changes" } }
    }
}

fn tile(name: &str, path: &str, value: u64, what: &str) -> Markup {
    html! {
        div.tile {
            h3 { a href=(path) { (name) } }
            p.figure { (number(value)) }
            p.quiet { (what) }
        }
    }
}

fn authority_card(view: &Overview) -> Markup {
    let Vendor { name, root, authority, expires } = &view.vendor;
    html! {
        div.card {
            h3 { "Authority" }
            dl {
                (fact("Vendor", &html! { (name) }))
                (fact("May sign until", &html! { (time(*expires, view.now)) " (" (distance(*expires, view.now)) ")" }))
                (fact("Authority", &html! { code.break { (authority) } }))
                (fact("Root key", &html! { code.break { (root) } }))
            }
        }
    }
}
