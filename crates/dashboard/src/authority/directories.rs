//! The directories that host keys have activated.

use maud::{Markup, html};

use super::data::Directory;
use super::{REVOKE, key_link};
use crate::frame::Frame;
use crate::parts::{badge, id, table, when};

/// A directory, and what its product key ends with.
#[derive(Clone, Debug, Default)]
pub struct ActivatedDirectory {
    /// The directory.
    pub directory: Directory,
    /// The last five characters of its product key.
    pub last_five: String,
}

/// Directories.
#[derive(Clone, Debug, Default)]
pub struct DirectoriesView {
    /// When they were looked at.
    pub now: u64,
    /// The directories, oldest first.
    pub directories: Vec<ActivatedDirectory>,
}

/// The page of directories.
#[must_use]
pub fn directories_page(frame: &Frame<'_>, view: &DirectoriesView) -> String {
    let content = html! {
        p { "The machines of a directory activate themselves by the object that its administrator has published there. They report nothing." }
        @if view.directories.is_empty() { p.empty { "No directory is activated yet: its administrator asks for that with a host key and " code { "leasehold directory request" } "." } } @else { (rows(frame, &view.directories, view.now)) }
    };
    frame.page("Directories", &content)
}

/// Directories as a table.
pub(super) fn rows(frame: &Frame<'_>, directories: &[ActivatedDirectory], now: u64) -> Markup {
    let body = html! {
        @for ActivatedDirectory { directory: one, last_five } in directories {
            tr {
                th scope="row" { (one.name.as_deref().unwrap_or("without a name")) }
                td { (state(one, now)) }
                td { (key_link(&one.key, last_five)) }
                td { (when(one.last, now)) }
                td { @if let Some(end) = one.expires { (when(end, now)) } @else { "never" } }
                td { (id(&one.directory)) }
                td { @if !one.revoked && frame.offers(REVOKE) { a href={ "/directories/" (one.directory) "/revoke" } { "Revoke" span.hidden { " " (one.name.as_deref().unwrap_or(&one.directory)) } } } }
            }
        }
    };
    table(
        "Activated directories",
        &["Name", "State", "Product key", "Last answered", "Ends", "Directory", "Action"],
        &body,
    )
}

fn state(one: &Directory, now: u64) -> Markup {
    if one.revoked {
        badge("bad", "revoked")
    } else if one.expires.is_some_and(|end| end <= now) {
        badge("warning", "ended")
    } else {
        badge("good", "activated")
    }
}
