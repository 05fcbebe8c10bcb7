//! Records as lists: `Name : value` of `Format-List`, `Name=value` of `wmic`, `- Name: value` of YAML.

use super::licence::is_characteristic;
use super::{Record, Told, same};

/// Reads a list, line by line. A name that stands a second time begins the next record.
#[derive(Debug, Default)]
pub(crate) struct List {
    record: Record,
    names: Vec<String>,
    /// Whether the blanks before the colons have been taken out.
    tight: bool,
}

impl List {
    /// A list that this line begins.
    pub(crate) fn begin(number: u64, line: &str) -> Option<Self> {
        if hash(number, line).is_some() {
            return Some(Self { record: Record::new(number), ..Self::default() });
        }
        let tight = entry(line, false).is_none();
        let (name, value) = entry(line, true)?;
        let licence = same(name, "Name") && value.ends_with(" edition")
            || same(name, "Description") && value.ends_with(" channel");
        if tight {
            // Labels of scripts have blanks in them, and names of properties have not.
            let named = is_characteristic(name) && name.chars().skip(1).any(|c| c.is_uppercase() || c == '_');
            let fits = named || licence && item(line).is_some();
            return fits.then(|| Self { record: Record::new(number), names: Vec::new(), tight });
        }
        // Other lists have names and descriptions too, but no such values.
        let begins = is_characteristic(name) || licence && (line.contains("   :") || line.contains('='));
        begins.then(|| Self { record: Record::new(number), ..Self::default() })
    }

    /// Whether labels of scripts belong to it.
    pub(crate) fn is_tight(&self) -> bool {
        self.tight
    }

    /// Takes what was read of its first record before it was known as one.
    pub(crate) fn seed(&mut self, properties: Vec<(&'static str, String)>) {
        for (name, value) in properties {
            self.names.push(name.to_owned());
            self.record.add(name, &value);
        }
    }

    /// Takes one line and passes on the record that it ends; `false` where the line is of something else.
    pub(crate) fn line(&mut self, number: u64, line: &str, told: &mut Vec<Told>) -> bool {
        if let Some(record) = hash(number, line) {
            self.end(told);
            told.extend(record.contents());
            return true;
        }
        let Some((name, value)) = entry(line, self.tight) else {
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
        told.extend(std::mem::take(&mut self.record).contents());
        self.names.clear();
    }
}

/// `@{Name=…; LicenseStatus=1}`, as PowerShell writes an object into a text.
fn hash(number: u64, line: &str) -> Option<Record> {
    let inner = line.trim().strip_prefix("@{")?.strip_suffix('}')?;
    let mut record = Record::new(number);
    inner.split("; ").filter_map(|part| part.split_once('=')).for_each(|(name, value)| record.add(name.trim(), value));
    record.fields.iter().any(|(name, _)| is_characteristic(name)).then_some(record)
}

/// `PartialProductKey      : WFG99`, `PartialProductKey=WFG99`, and `PartialProductKey: WFG99` where it is tight.
fn entry(line: &str, tight: bool) -> Option<(&str, &str)> {
    let line = item(line).unwrap_or(line).trim_start();
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (name, rest) = line.split_at(end);
    let value = match rest.strip_prefix('=') {
        Some(value) => value,
        None if tight && rest.starts_with(':') && !rest.starts_with("::") => &rest[1..],
        None => rest.starts_with(' ').then(|| rest.trim_start().strip_prefix(':')).flatten()?,
    };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then_some((name, unquoted(value.trim())))
}

/// What stands behind the mark of an item in YAML.
fn item(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("- ")
}

/// A value without the quotation marks around it.
fn unquoted(value: &str) -> &str {
    let inner = |mark: char| value.strip_prefix(mark)?.strip_suffix(mark);
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// People shorten lists by a line of dots.
fn is_cut(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 2 && line.chars().all(|c| c == '.' || c == '…')
}
