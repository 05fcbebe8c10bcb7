//! Records as lists: `Name : value` of `Format-List`, `Name=value` of `wmic`.

use super::licence::is_characteristic;
use super::{Record, Told, same};

/// Reads a list, line by line. A name that stands a second time begins the next record.
#[derive(Debug, Default)]
pub(crate) struct List {
    record: Record,
    names: Vec<String>,
}

impl List {
    /// A list that this line begins.
    pub(crate) fn begin(number: u64, line: &str) -> Option<Self> {
        let (name, value) = entry(line)?;
        let licence = same(name, "Name") && value.ends_with(" edition")
            || same(name, "Description") && value.ends_with(" channel");
        // Other lists have names and descriptions too, but no such values.
        let begins = is_characteristic(name) || licence && (line.contains("   :") || line.contains('='));
        begins.then(|| Self { record: Record::new(number), names: Vec::new() })
    }

    /// Takes one line and passes on the record that it ends; `false` where the line is of something else.
    pub(crate) fn line(&mut self, number: u64, line: &str, told: &mut Vec<Told>) -> bool {
        let Some((name, value)) = entry(line) else {
            let goes_on = line.starts_with("    ") && !line.trim().is_empty();
            if goes_on {
                self.record.go_on(line.trim(), "\n");
            }
            return goes_on || line.trim().is_empty() || is_cut(line);
        };
        if self.names.iter().any(|known| known == name) {
            self.end(told);
            self.record = Record::new(number);
        }
        self.names.push(name.to_owned());
        self.record.add(name, value);
        true
    }

    /// Ends the record, if there is one.
    pub(crate) fn end(&mut self, told: &mut Vec<Told>) {
        told.extend(std::mem::take(&mut self.record).told());
        self.names.clear();
    }
}

/// `PartialProductKey      : WFG99`, `PartialProductKey=WFG99`
fn entry(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (name, rest) = line.split_at(end);
    let value = match rest.strip_prefix('=') {
        Some(value) => value,
        None => rest.starts_with(' ').then(|| rest.trim_start().strip_prefix(':')).flatten()?,
    };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then_some((name, value.trim()))
}

/// People shorten lists by a line of dots.
fn is_cut(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 2 && line.chars().all(|c| c == '.' || c == '…')
}
