//! Subscription leases by user, without names; and why activation objects are not here.

use maud::{Markup, html};

use crate::frame::Frame;
use crate::parts::{count, table, time};

/// Users with live leases.
#[derive(Clone, Debug, Default)]
pub struct UsersView {
    /// When they were looked at.
    pub now: u64,
    /// Families whose leases are for users who sign in, with the devices that each user may have.
    pub families: Vec<(String, u64)>,
    /// The users, those with the most devices first.
    pub users: Vec<User>,
    /// Where to go on, where not all clients were looked at.
    pub next: Option<String>,
}

/// A user, by the hash that the host keeps.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// The hash.
    pub user: String,
    /// The live leases.
    pub leases: Vec<UserLease>,
}

/// A live lease of a user.
#[derive(Clone, Debug, Default)]
pub struct UserLease {
    /// The device.
    pub client: String,
    /// The product.
    pub product: String,
    /// Until when it runs.
    pub expires: u64,
}

impl User {
    /// How many devices there are.
    #[must_use]
    pub fn devices(&self) -> usize {
        let mut clients: Vec<&str> = self.leases.iter().map(|lease| lease.client.as_str()).collect();
        clients.sort_unstable();
        clients.dedup();
        clients.len()
    }
}

/// The page of users, and of directories.
#[must_use]
pub fn users_page(frame: &Frame<'_>, view: &UsersView) -> String {
    let content = html! {
        section aria-labelledby="users" {
            h2 id="users" { "Subscription leases by user" }
            @if view.families.is_empty() {
                p.empty { "No grant of this host is a subscription: its leases are for machines, whoever uses them." }
            } @else {
                p {
                    "A user who has signed in may use "
                    @for (at, (family, devices)) in view.families.iter().enumerate() {
                        @if at > 0 { ", " }
                        strong { (family) } " on " (count(*devices, "device", "devices")) " at once"
                    }
                    ". The host keeps no names: each user is a hash of issuer and subject, the same for each device."
                }
                @if view.users.is_empty() { p.empty { "No user holds a lease." } } @else { (users(&view.users, view.now)) }
                @if let Some(next) = &view.next { p { a.button href={ "/users?after=" (next) } { "Look at more clients" } } }
            }
        }
        section aria-labelledby="objects" {
            h2 id="objects" { "Activation objects" }
            p { "A host cannot know them: the vendor's authority signs an activation object for a directory, and the machines of the directory read
                 it there, without asking a host. " code { "leasehold directory show" } " reads what a directory has, and the authority's dashboard
                 lists the directories." }
        }
    };
    frame.live_page("Users and directories", &content)
}

fn users(users: &[User], now: u64) -> Markup {
    let rows = html! {
        @for user in users {
            tr {
                th scope="row" { code title=(user.user) { (short(&user.user, 16)) "…" } }
                td { (user.devices()) }
                td { ul.plain { @for lease in &user.leases { (lease_of(lease, now)) } } }
            }
        }
    };
    table("Users", &["User", "Devices", "Leases"], &rows)
}

fn lease_of(lease: &UserLease, now: u64) -> Markup {
    let UserLease { client, product, expires } = lease;
    html! { li { (product) " on " a href={ "/clients/" (client) } { (short(client, 8)) } ", until " (time(*expires, now)) } }
}

/// The first characters of an id, which are enough to tell it from others.
fn short(id: &str, length: usize) -> &str {
    id.get(..length).unwrap_or(id)
}
