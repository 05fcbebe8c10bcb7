//! The dashboard of an authority.

mod audit;
mod catalogue;
mod customers;
pub mod data;
mod directories;
mod hosts;
mod issue;
mod key;
mod keys;
mod overview;
mod revocations;
mod taken;
#[cfg(test)]
mod tests;
mod usage;

pub use audit::{AuditView, SignInRow, audit_page};
pub use catalogue::{CatalogueView, catalogue_page};
pub use customers::{Customer, CustomerView, CustomersView, customer_page, customers_page};
pub use directories::{ActivatedDirectory, DirectoriesView, directories_page};
pub use hosts::{Host, HostState, HostUsage, HostView, HostsView, host_page, hosts_page};
pub use issue::{IssueForm, IssueView, Issued, issue_page, issued_page};
pub use key::{KeyPageView, key_page};
pub use keys::{KeysView, keys_page};
pub use overview::{Overview, Task, overview_page};
pub use revocations::{RevocationsView, revocations_page};
pub use taken::Taken;
pub use usage::{UsageView, usage_page};

use maud::{Markup, html};

use crate::Area;

/// What the program is called on its pages.
pub const PROGRAM: &str = "Leasehold authority";
/// Where the pages are.
pub const AREAS: &[Area] = &[
    Area { path: "/", name: "Overview" },
    Area { path: "/customers", name: "Customers" },
    Area { path: "/keys", name: "Product keys" },
    Area { path: "/hosts", name: "Hosts" },
    Area { path: "/directories", name: "Directories" },
    Area { path: "/usage", name: "Usage" },
    Area { path: "/catalogue", name: "Products" },
    Area { path: "/revocations", name: "Revocations" },
    Area { path: "/audit", name: "Audit" },
];

/// The role that allows to issue.
const ISSUE: &str = "issue";
/// The role that allows to revoke.
const REVOKE: &str = "revoke";

/// A customer, or that there is none in particular.
fn customer(name: Option<&str>) -> Markup {
    html! {
        @if let Some(name) = name { a href={ "/customer?" (query(&[("name", name)])) } { (name) } }
        @else { span.quiet { "none" } }
    }
}

/// A product key by its last five characters.
fn key_link(id: &str, last_five: &str) -> Markup {
    html! { a href={ "/keys/" (id) } title=(id) { "…" (last_five) } }
}

/// A query of these pairs, encoded.
fn query(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

/// A text as a query has it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
