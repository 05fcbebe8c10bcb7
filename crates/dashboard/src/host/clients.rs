//! The clients, page by page.

use maud::{Markup, html};

use super::data::{Client, ClientPage};
use crate::frame::Frame;
use crate::list::List;
use crate::parts::{badge, choice, family_choice, id, table, when};

/// Clients, and what was asked for.
#[derive(Clone, Debug, Default)]
pub struct ClientsView {
    /// When they were looked at.
    pub now: u64,
    /// Part of a name or address, or the first digits of a key.
    pub search: String,
    /// Which of them: empty, `licensed`, `unlicensed`, `twins` or `forked`.
    pub state: String,
    /// Of which family; empty is of each.
    pub family: String,
    /// The families that there are.
    pub families: Vec<String>,
    /// The clients.
    pub page: ClientPage,
    /// The query of the next page, encoded.
    pub next: Option<String>,
    /// The query of the first page, encoded; `None` where this is it.
    pub first: Option<String>,
}

/// The page of clients.
#[must_use]
pub fn clients_page(frame: &Frame<'_>, view: &ClientsView) -> String {
    let list = List {
        what: "clients",
        path: "/clients",
        filtered: !view.search.is_empty() || !view.state.is_empty() || !view.family.is_empty(),
        first: view.first.as_deref(),
        next: view.next.as_deref(),
    };
    let content = html! {
        (search(view))
        @if view.page.items.is_empty() { (list.empty(&html! { "No machine has asked yet." })) }
        @else { (rows("Clients", &view.page.items, view.now)) }
        (list.paging())
    };
    frame.live_page("Clients", &content)
}

fn search(view: &ClientsView) -> Markup {
    const STATES: [(&str, &str); 5] = [
        ("", "all"),
        ("licensed", "with a live lease"),
        ("unlicensed", "without a live lease"),
        ("twins", "twins"),
        ("forked", "forked"),
    ];
    html! {
        form.filter method="get" action="/clients" role="search" {
            div {
                label for="search" { "Name, address or key" }
                input id="search" name="search" type="search" value=(view.search) placeholder="pc-17, 10.1.2., 3f2a91b0" autocapitalize="none" spellcheck="false";
            }
            (choice("state", "State", &STATES, &view.state))
            (family_choice(&view.families, &view.family))
            button type="submit" { "Search" }
        }
    }
}

/// Clients as a table of this name.
pub(super) fn rows(caption: &str, clients: &[Client], now: u64) -> Markup {
    let body = html! {
        @for client in clients {
            tr {
                th scope="row" { a href={ "/clients/" (client.client) } { @if let Some(name) = &client.name { (name) } @else { (id(&client.client)) } } }
                td { (state(client)) }
                td { (client.address.as_deref().unwrap_or("-")) }
                td { (products(client)) }
                td { (when(client.last_seen, now)) }
                td { (lease(client, now)) }
                td { (id(&client.client)) }
            }
        }
    };
    table(caption, &["Name", "State", "Address", "Product", "Last asked", "Lease", "Key"], &body)
}

/// The state in a word.
pub(super) fn state(client: &Client) -> Markup {
    html! {
        @if client.forgotten { (badge("quiet", "forgotten")) }
        @else if client.licensed { (badge("good", "licensed")) }
        @else { (badge("warning", "not licensed")) }
        @if client.twin { " " (badge("warning", "twin")) }
        @if client.forks > 0 { " " (badge("bad", "forked")) }
    }
}

fn products(client: &Client) -> String {
    let names: Vec<&str> = client.leases.iter().map(|lease| lease.product.as_str()).collect();
    if names.is_empty() { format!("({})", client.family) } else { names.join(", ") }
}

fn lease(client: &Client, now: u64) -> Markup {
    let last = client.leases.iter().filter(|lease| lease.live).map(|lease| lease.expires).min();
    html! {
        @if let Some(end) = last { "ends " (when(end, now)) }
        @else if client.leases.is_empty() { "none yet" } @else { "ended" }
    }
}
