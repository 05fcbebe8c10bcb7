//! Things that tools tell as named properties: licences of WMI and VAMT, events, service records, tests. Whatever the form
//! (list, table, CSV, JSON, XML), it comes to a [`Record`], and what a record is of is decided here.

mod csv;
mod event;
mod html;
mod json;
mod licence;
mod list;
mod markup;
mod network;
mod table;

pub(crate) use self::csv::Csv;
pub(crate) use self::html::Html;
pub(crate) use self::json::{Json, Step as JsonStep, Text};
pub(crate) use self::list::List;
pub(crate) use self::markup::Markup;
pub(crate) use self::table::Table;

use std::borrow::Cow;

use super::item::Content;
use super::machine;
use super::mask::masked;
use super::text::floor;

/// The properties of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// The line it begins in.
    pub(crate) line: u64,
    fields: Vec<(String, String)>,
}

/// What a record is of, and the machine that it names.
pub(crate) type Told = (Option<String>, Content);

impl Record {
    /// A record that begins in `line`.
    pub(crate) fn new(line: u64) -> Self {
        Self { line, fields: Vec::new() }
    }

    /// Adds a property; what goes beyond a record of any tool is dropped.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        if self.fields.len() < MAX_FIELDS && !name.is_empty() {
            // A value of several pieces may be a key that none of them was.
            let value = masked(value.trim());
            self.fields.push((floor(name, MAX_NAME).to_owned(), floor(&value, MAX_VALUE).to_owned()));
        }
    }

    /// Lets the last property's value go on.
    pub(crate) fn go_on(&mut self, part: &str, between: &str) {
        if let Some((_, value)) = self.fields.last_mut().filter(|(_, value)| value.len() + part.len() < MAX_VALUE) {
            value.push_str(between);
            value.push_str(part);
            if let Cow::Owned(hidden) = masked(value) {
                *value = hidden;
            }
        }
    }

    /// Whether there is a property of this name, even without a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(own, _)| same(own, name))
    }

    /// The value of the first of these properties that has one.
    pub(crate) fn get(&self, names: &[&str]) -> Option<&str> {
        let named = |name: &&str| self.fields.iter().find(|(own, value)| !is_nothing(value) && same(own, name));
        names.iter().find_map(named).map(|(_, value)| value.as_str())
    }

    /// The machine that it names.
    pub(crate) fn machine(&self) -> Option<String> {
        let name = self.get(MACHINES)?;
        let local = ["localhost", ".", "127.0.0.1", "::1"].contains(&name);
        machine::name(name).filter(|_| !local).map(str::to_owned)
    }

    /// The machine that `content` is of. What a test calls a computer is the one that was tested.
    fn machine_of(&self, content: &Content) -> Option<String> {
        let tested = matches!(content, Content::Connection(_)) && self.get(&["PSComputerName"]).is_none();
        if tested { None } else { self.machine() }
    }

    /// What it is of; nothing where it is of nothing that is known.
    pub(crate) fn contents(&self) -> Vec<Told> {
        let event = event::of_record(self);
        if !event.is_empty() {
            return event.into_iter().map(|event| (event.computer.clone(), Content::Event(event))).collect();
        }
        let content = licence::of_record(self).map(Content::Block).or_else(|| network::of_record(self));
        content.map(|content| (self.machine_of(&content), content)).into_iter().collect()
    }
}

/// Whether a property is so characteristic that a text with it is one of these records.
pub(crate) fn is_characteristic(name: &str) -> bool {
    licence::is_characteristic(name) || network::is_characteristic(name) || event::is_characteristic(name)
}

/// Whether a value stands for none.
fn is_nothing(value: &str) -> bool {
    value.is_empty() || value.eq_ignore_ascii_case("null") || value.eq_ignore_ascii_case("$null")
}

/// Whether two names are the same property: tools differ in case, blanks and underscores, and inventories add a zero.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        let name = name.strip_suffix('0').unwrap_or(name).to_owned();
        name.into_bytes().into_iter().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
    };
    plain(one).eq(plain(other))
}

/// What tools call the property that names the machine.
const MACHINES: &[&str] = &[
    "PSComputerName",
    "FullyQualifiedDomainName",
    "ComputerName",
    "Computer",
    "MachineName",
    "Machine",
    "DeviceName",
    "Device",
    "HostName",
    "Hostname",
    "NetbiosName",
    "SystemName",
    "Server",
    "Node",
    "Host",
    "InventoryHostname",
    "ClientName",
];

/// More properties, longer names and longer values than records of these tools have.
const MAX_FIELDS: usize = 160;
const MAX_NAME: usize = 128;
const MAX_VALUE: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_known_however_a_tool_writes_its_name() {
        for name in ["PartialProductKey", "Partial Product Key", "partial_product_key", "PartialProductKey0"] {
            assert!(same(name, "PartialProductKey"), "{name}");
        }
        assert!(!same("LicenseStatusReason", "LicenseStatus"));
    }
}
