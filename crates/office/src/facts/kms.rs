//! Facts about Microsoft's KMS: thresholds, times, ports, records, hosts, events (`data/kms.toml`).

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::errors::Hresult;
use super::row::{Cell, rows, word, words_of_tables};
use super::table;

rows! {
    /// The facts.
    pub struct Kms {
        /// The form of the table.
        pub schema: u32,
        /// The day its facts were collected.
        pub retrieved: jiff::civil::Date,
        /// Single values.
        pub facts: Vec<Fact> = "fact",
        /// What turns a machine into a host for an Office release.
        pub host_packs: Vec<HostPack> = "host_pack",
        /// Where each Windows host key runs.
        pub windows_host_keys: Vec<WindowsHostKey> = "windows_host_key",
        /// Updates that teach a host newer versions.
        pub host_updates: Vec<HostUpdate> = "host_update",
        /// What cannot be a host, or not for everything.
        pub limits: Vec<Limit> = "limit",
        /// What is written into event logs.
        pub events: Vec<Event> = "event",
        /// What the bits of an event's flags mean.
        pub event_flags: Vec<EventFlag> = "event_flag",
        /// Where the documentation contradicts itself.
        pub doc_conflicts: Vec<DocConflict> = "doc_conflict",
    }
}

rows! {
    /// A single value.
    pub struct Fact {
        /// Its name, like `threshold.office`.
        pub id: String,
        /// What it is.
        pub value: Value,
        /// Of what.
        pub unit: String,
        /// What it means.
        pub description: String,
        /// Where it was read.
        pub source: String,
    }
}

/// A number or a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(u32),
    /// A word.
    Text(String),
}

rows! {
    /// What turns a machine into a host for an Office release.
    pub struct HostPack {
        /// The release.
        pub office: String,
        /// The oldest systems that take it.
        pub min_host_os: Vec<String>,
        /// Its number in Microsoft's download centre.
        pub download_id: u32,
        /// The activation id of its host licence.
        pub host_activation_id: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// Where a Windows host key runs.
    pub struct WindowsHostKey {
        /// The key's product.
        pub host_key: String,
        /// The systems that take it.
        pub runs_on: Vec<String>,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// An update that teaches a host newer versions.
    pub struct HostUpdate {
        /// The host's system.
        pub host: String,
        /// What it learns to activate.
        pub to_activate: String,
        /// The update.
        pub kb: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// What cannot be a host, or not for everything.
    pub struct Limit {
        /// What is limited.
        pub what: String,
        /// How.
        pub detail: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// An event in a log.
    pub struct Event {
        /// Its number.
        pub id: u32,
        /// Who writes it.
        pub side: Side,
        /// The log it is in.
        pub log: String,
        /// The source that the log names.
        pub provider: String,
        /// What it means.
        pub meaning: String,
        /// What its data are, in order.
        pub fields: Vec<String>,
        /// Where it was read.
        pub source: String,
        /// How its text begins.
        pub text_prefix: Option<String>,
        /// What it weighs for an administrator.
        pub weight: Weight,
        /// What to do about it.
        pub action: Option<String>,
        /// An example.
        pub fixture: Option<String>,
    }
}

/// What an event weighs for an administrator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Written every day; nothing is to be done.
    Routine,
    /// It says that something is in order.
    Well,
    /// Worth knowing; it says nothing of an activation that failed.
    Note,
    /// Its code says whether it tells of a failure.
    #[default]
    ByCode,
    /// Something is to be done.
    Attention,
}

/// Who writes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The machine that is activated.
    Client,
    /// The KMS host.
    Host,
}

rows! {
    /// A bit of an event's flags.
    pub struct EventFlag {
        /// The bit.
        pub bit: Hresult,
        /// What it means.
        pub meaning: String,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// Where the documentation contradicts itself.
    pub struct DocConflict {
        /// About what.
        pub what: String,
        /// What one page says.
        pub one: String,
        /// What another says.
        pub other: String,
        /// Where it was read.
        pub source: String,
    }
}

/// The facts.
pub static KMS: LazyLock<Kms> = LazyLock::new(|| table(include_str!("../../data/kms.toml")));

impl Kms {
    /// The fact `id`.
    pub fn fact(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id == id)
    }

    /// The number that the fact `id` is.
    ///
    /// # Panics
    /// Where there is none: ids are written in the program, and tested.
    pub fn number(&self, id: &str) -> u32 {
        match self.fact(id).map(|fact| &fact.value) {
            Some(Value::Number(number)) => *number,
            Some(Value::Text(_)) | None => panic!("{id} is a number in kms.toml, and tested"),
        }
    }

    /// The event `id`.
    pub fn event(&self, id: u32) -> Option<&Event> {
        self.events.iter().find(|event| event.id == id)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

words_of_tables!(Side);

impl Cell for Value {
    fn read(value: serde_json::Value) -> Self {
        if value.is_number() { Self::Number(Cell::read(value)) } else { Self::Text(Cell::read(value)) }
    }
}

impl Cell for Weight {
    fn read(value: serde_json::Value) -> Self {
        if value.is_null() { Self::default() } else { word(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_and_events_stand_once() {
        for fact in &KMS.facts {
            assert_eq!(KMS.facts.iter().filter(|other| other.id == fact.id).count(), 1, "{}", fact.id);
            assert!(!fact.source.is_empty(), "{}", fact.id);
        }
        for event in &KMS.events {
            assert_eq!(KMS.events.iter().filter(|other| other.id == event.id).count(), 1, "{}", event.id);
            let example = event.fixture.as_ref().map(|file| format!("{}/data/{file}", env!("CARGO_MANIFEST_DIR")));
            assert!(example.is_none_or(|file| std::path::Path::new(&file).exists()), "{}", event.id);
        }
    }

    #[test]
    fn the_numbers_that_the_program_asks_for_are_there() {
        for id in NUMBERS {
            assert!(KMS.number(id) > 0, "{id}");
        }
        assert_eq!(KMS.number("validity.max_minutes"), KMS.number("validity.days") * 24 * 60);
    }

    /// What the modules ask for by name.
    const NUMBERS: &[&str] = &[
        "threshold.windows_client",
        "threshold.windows_server",
        "threshold.office",
        "cache.days",
        "validity.days",
        "validity.max_minutes",
        "interval.renewal_minutes",
        "interval.activation_minutes",
        "port.tcp",
        "hostkey.hosts",
        "hostkey.activations_per_host",
        "m365.contact_days",
        "m365.extended_offline_days",
        "grace.office_initial_days",
    ];
}
