//! Records as tables: `Format-Table` with its line of dashes, and the columns of `wmic`.

use super::{Record, Told, is_characteristic};

/// Reads a table, line by line.
#[derive(Debug)]
pub(crate) struct Table {
    /// The columns' names, and where each begins, in characters.
    columns: Vec<(String, usize)>,
    /// Whether the line of dashes is still to come, if it comes at all.
    heading: bool,
    rows: usize,
}

impl Table {
    /// A table that this line is the heading of.
    pub(crate) fn begin(line: &str) -> Option<Self> {
        let columns = columns(line)?;
        Some(Self { columns, heading: true, rows: 0 })
    }

    /// Takes one line and passes on what its row tells; `false` where the line is of something else.
    pub(crate) fn line(&mut self, number: u64, line: &str, told: &mut Vec<Told>) -> bool {
        let text = line.trim();
        if text.is_empty() {
            return true;
        }
        if self.heading && text.chars().all(|c| c == '-' || c == ' ') {
            self.heading = false;
            return true;
        }
        if let Some(columns) = columns(line) {
            *self = Self { columns, heading: true, rows: 0 };
            return true;
        }
        self.heading = false;
        let Some(record) = self.row(number, line) else { return false };
        let found = record.contents();
        self.rows += usize::from(!found.is_empty());
        let fits = !found.is_empty();
        told.extend(found);
        fits
    }

    /// The row as a record. A value that is wider than its column begins before the heading does, after a blank.
    fn row(&self, number: u64, line: &str) -> Option<Record> {
        let characters: Vec<char> = line.chars().collect();
        let mut starts = Vec::with_capacity(self.columns.len());
        for (at, (_, start)) in self.columns.iter().enumerate() {
            let floor = starts.last().copied().unwrap_or(0);
            let mut from = (*start).min(characters.len());
            while at > 0 && from > floor && from <= characters.len() && characters[from - 1] != ' ' {
                from -= 1;
            }
            starts.push(from);
        }
        starts.push(characters.len());
        let mut record = Record::new(number);
        for (at, (name, _)) in self.columns.iter().enumerate() {
            let value: String = characters.get(starts[at]..starts[at + 1])?.iter().collect();
            let value = value.trim();
            // What was cut is not known; of a name or a message the rest still says what it is.
            let cut = value.ends_with("...") || value.ends_with('…');
            let kept = !cut || ["Name", "Description", "Message"].contains(&name.as_str());
            record.add(name, if kept { value } else { "" });
        }
        Some(record)
    }
}

/// The columns of a heading: several names, one of which is characteristic.
fn columns(line: &str) -> Option<Vec<(String, usize)>> {
    let mut columns: Vec<(String, usize)> = Vec::new();
    let mut before = ' ';
    for (at, character) in line.chars().enumerate() {
        if !(character.is_ascii_alphanumeric() || matches!(character, ' ' | '_' | '(' | ')')) {
            return None;
        }
        match (before, character) {
            (_, ' ') => {}
            (' ', _) => columns.push((character.to_string(), at)),
            _ => columns.last_mut()?.0.push(character),
        }
        before = character;
        if columns.len() > MAX_COLUMNS {
            return None;
        }
    }
    let heading = columns.len() > 1 && columns.iter().any(|(name, _)| is_characteristic(name));
    heading.then_some(columns)
}

/// More columns than tables have.
const MAX_COLUMNS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_wider_than_its_column_is_whole() {
        let mut table = Table::begin("TimeCreated                     Id LevelDisplayName Message").expect("a heading");
        let mut told = Vec::new();
        assert!(table.line(2, "-----------                     -- ---------------- -------", &mut told));
        let record =
            table.row(3, "11/20/2026 9:14:12 AM        12290 Information      An activation request…").unwrap();
        assert_eq!((record.get(&["Id"]), record.get(&["TimeCreated"])), (Some("12290"), Some("11/20/2026 9:14:12 AM")));
        assert_eq!(record.get(&["LevelDisplayName"]), Some("Information"));
    }
}
