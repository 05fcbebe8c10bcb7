//! The dashboard of a host.

mod audit;
mod client;
mod clients;
mod copies;
pub mod data;
mod events;
mod overview;
mod seals;
mod settings;
#[cfg(test)]
mod tests;
mod users;

pub use audit::audit_page;
pub use client::client_page;
pub use clients::{ClientsView, clients_page};
pub use copies::{CopiesView, copies_page};
pub use events::{EventsView, events_page};
pub use overview::overview_page;
pub use seals::seals_page;
pub use settings::{SettingsView, settings_page};
pub use users::{User, UserLease, UsersView, users_page};

use crate::Area;

/// The role that allows to change something.
const OPERATE: &str = "operate";

/// What the program is called on its pages.
pub const PROGRAM: &str = "Leasehold host";
/// Where the pages are.
pub const AREAS: &[Area] = &[
    Area { path: "/", name: "Overview" },
    Area { path: "/clients", name: "Clients" },
    Area { path: "/events", name: "Events" },
    Area { path: "/copies", name: "Forks and twins" },
    Area { path: "/users", name: "Users and directories" },
    Area { path: "/seals", name: "Seals" },
    Area { path: "/settings", name: "Settings" },
    Area { path: "/audit", name: "Audit" },
];
