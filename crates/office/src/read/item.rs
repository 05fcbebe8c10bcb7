//! What was read, and of which machine.

use serde::Serialize;

use super::block::{Block, Unrecognised};
use super::dns::Lookup;
use super::event::Event;
use super::failure::Failure;
use super::machine::NamedBy;
use super::net::Connection;
use super::vnext::Licences;

/// One thing that was read, and of which machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// The machine, where it is known.
    pub machine: Option<String>,
    /// What told it.
    pub named_by: NamedBy,
    /// What was read.
    #[serde(flatten)]
    pub content: Content,
}

impl Item {
    /// An event of a log file, of the machine that the log names.
    pub fn of_log(event: Event) -> Self {
        let machine = event.computer.clone();
        let named_by = if machine.is_some() { NamedBy::Text } else { NamedBy::Nothing };
        Self { machine, named_by, content: Content::Event(event) }
    }
}

/// What can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "content", rename_all = "kebab-case")]
pub enum Content {
    /// A product, or the answer to a command, of `ospp.vbs` or `slmgr.vbs`.
    Block(Block),
    /// Licences of Microsoft 365 Apps.
    Licences(Licences),
    /// Service records.
    Lookup(Lookup),
    /// A test of a connection.
    Connection(Connection),
    /// An event.
    Event(Event),
    /// A script or command that has not run.
    Failure(Failure),
    /// A text in which nothing is recognised: it is said, with its first lines, and never guessed.
    Unknown(Unknown),
}

/// A text in which nothing is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// Whether it looks like one of the scripts in a language that is not read.
    pub localised: bool,
    /// Its first lines.
    pub lines: Vec<Unrecognised>,
}
