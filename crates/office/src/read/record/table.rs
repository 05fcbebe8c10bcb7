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
    /// The last row, whose cells may go on in the next line.
    held: Option<Record>,
}

impl Table {
    /// A table that this line is the heading of.
    pub(crate) fn begin(line: &str) -> Option<Self> {
        let columns = columns(line)?;
        Some(Self { columns, heading: true, rows: 0, held: None })
    }

    /// Takes one line and passes on what its row tells; `false` where the line is of something else.
    pub(crate) fn line(&mut self, number: u64, line: &str, told: &mut Vec<Told>) -> bool {
        let text = line.trim();
        if text.is_empty() {
            self.end(told);
            return true;
        }
        if self.heading && text.chars().all(|c| c == '-' || c == ' ') {
            self.heading = false;
            return true;
        }
        if let Some(columns) = columns(line) {
            self.end(told);
            *self = Self { columns, heading: true, rows: 0, held: None };
            return true;
        }
        self.heading = false;
        let Some(record) = self.row(number, line) else { return false };
        if let Some(held) = self.held.as_mut().filter(|held| goes_on(held, &record)) {
            let parts = held.fields.iter_mut().zip(record.fields).filter(|(_, (_, part))| !part.is_empty());
            parts.for_each(|((_, value), (_, part))| {
                value.push(' ');
                value.push_str(&part);
            });
            return true;
        }
        self.end(told);
        let fits = !record.contents().is_empty();
        self.rows += usize::from(fits);
        self.held = fits.then_some(record);
        fits
    }

    /// Tells the last row.
    pub(crate) fn end(&mut self, told: &mut Vec<Told>) {
        told.extend(self.held.take().iter().flat_map(Record::contents));
    }

    /// The row as a record. A value that is wider than its column begins before the heading does, after a blank.
    fn row(&self, number: u64, line: &str) -> Option<Record> {
        let characters: Vec<char> = line.chars().collect();
        let mut starts = Vec::with_capacity(self.columns.len());
        for (at, (_, start)) in self.columns.iter().enumerate() {
            let floor = starts.last().copied().unwrap_or(0);
            let mut from = (*start).min(characters.len());
            // A line that ends before the column has nothing in it.
            while at > 0 && from > floor && from < characters.len() && characters[from - 1] != ' ' {
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

/// Whether a line is the rest of the row above it, as `Format-Table -Wrap` prints it: what is a number there stands once, and
/// nothing stands where there was nothing.
fn goes_on(row: &Record, rest: &Record) -> bool {
    let cells = || row.fields.iter().zip(&rest.fields).map(|((_, value), (_, part))| (value.as_str(), part.as_str()));
    let is_number = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    cells().any(|(value, _)| is_number(value))
        && cells().all(|(value, part)| part.is_empty() || !value.is_empty() && !is_number(value))
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
    fn a_cell_that_is_wrapped_goes_on_in_the_next_line() {
        let mut table = Table::begin("Name                  LicenseStatus PartialProductKey").expect("a heading");
        let mut told = Vec::new();
        for (number, line) in [
            "----                  ------------- -----------------",
            "Windows(R), x edition             1 3V66T",
            "Office 24,                        5 CRYQ3",
            "Office24ProPlus2024VL",
            "_KMS_Client_AE edition",
            "",
        ]
        .into_iter()
        .enumerate()
        {
            assert!(table.line(number as u64, line, &mut told), "{line}");
        }
        assert_eq!(told.len(), 2);
    }

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
