//! Records as tables: `Format-Table` with its line of dashes, and the columns of `wmic`.

use std::borrow::Cow;

use super::{MAX_VALUE, Record, Told, is_characteristic};
use crate::read::command::is_command;
use crate::read::machine;
use crate::read::mask::masked;
use crate::read::script::is_banner;

/// Reads a table, line by line.
#[derive(Debug)]
pub(crate) struct Table {
    /// The columns' names, and where each begins, in characters.
    columns: Vec<(String, usize)>,
    /// Whether the line of dashes is still to come, if it comes at all.
    heading: bool,
    rows: usize,
    /// The last row, whose cells may go on in the next lines.
    held: Option<Held>,
    /// Which columns have had numbers, which stand in every row.
    numbers: Vec<bool>,
    /// The longest text that each column has had, in characters.
    widest: Vec<usize>,
}

/// A row whose end is not seen yet.
#[derive(Debug)]
struct Held {
    record: Record,
    /// What its cells go on with.
    rest: Vec<Record>,
    /// Where each of its cells begins, in characters.
    starts: Vec<usize>,
}

impl Table {
    /// A table that this line is the heading of.
    pub(crate) fn begin(line: &str) -> Option<Self> {
        let columns = columns(line)?;
        Some(Self::of(columns))
    }

    fn of(columns: Vec<(String, usize)>) -> Self {
        let (numbers, widest) = (vec![false; columns.len()], vec![0; columns.len()]);
        Self { columns, heading: true, rows: 0, held: None, numbers, widest }
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
            *self = Self::of(columns);
            return true;
        }
        self.heading = false;
        let Some((record, starts)) = self.row(number, line) else { return false };
        let lacks_numbers = self.lacks_numbers(&record);
        let names = lacks_numbers && begins_a_name(&record);
        let own_row = names && !is_of_its_own(line) && self.has_words_for_numbers(&record);
        let rest = lacks_numbers && !own_row && !self.is_row(&record, line, &starts);
        let of_its_own = names || rest && is_of_its_own(line);
        let widest = &self.widest;
        if let Some(held) = self.held.as_mut().filter(|held| !of_its_own && held.goes_on(line, &record, widest)) {
            held.rest.push(record);
            return true;
        }
        self.end(told);
        let fits = !rest && !record.contents().is_empty();
        self.rows += usize::from(fits);
        if fits {
            for (at, (_, value)) in record.fields.iter().enumerate() {
                self.numbers[at] |= is_number(value);
                self.widest[at] = self.widest[at].max(value.chars().count());
            }
            self.held = Some(Held { record, rest: Vec::new(), starts });
        }
        // A name with nothing else tells nothing, and is of the table all the same.
        fits || own_row
    }

    /// Whether what stands for numbers is nothing, or one word (`N/A`): sentences have more.
    fn has_words_for_numbers(&self, record: &Record) -> bool {
        self.numbers.iter().zip(&record.fields).all(|(number, (_, value))| !number || !value.contains(' '))
    }

    /// Whether there are numbers in every row but this.
    fn lacks_numbers(&self, record: &Record) -> bool {
        let cells = || self.numbers.iter().zip(&record.fields).filter(|(number, _)| **number);
        cells().next().is_some() && cells().all(|(_, (_, value))| !value.contains(|c: char| c.is_ascii_digit()))
    }

    /// Whether a line without numbers is a row all the same: it has the gaps of one, each of its cells stands where the
    /// column does, at one of its ends, and what stands for a number is one word (`N/A`).
    fn is_row(&self, record: &Record, line: &str, starts: &[usize]) -> bool {
        let cells = self.columns.iter().zip(&record.fields).zip(starts).zip(&self.numbers);
        let mut behind = 0;
        let aligned = cells.enumerate().all(|(at, (((column, (_, value)), from), number))| {
            let blanks = line.chars().skip(*from).take_while(|c| *c == ' ').count();
            let (begin, (name, start)) = (from + blanks, column);
            // Of a value that is cut nothing is kept, and something stands there.
            if value.is_empty() && (at > 0 || begin != *start) {
                return at > 0;
            }
            behind += usize::from(at > 0);
            let ends = begin + value.chars().count() == start + name.chars().count();
            (begin == *start || ends) && !(*number && value.contains(' '))
        });
        aligned && behind > 0 && line.trim().contains("  ")
    }

    /// Tells the last row.
    pub(crate) fn end(&mut self, told: &mut Vec<Told>) {
        told.extend(self.held.take().into_iter().flat_map(|held| held.whole().contents()));
    }

    /// The row as a record, and where its cells begin. A value that is wider than its column begins before the heading does, after a blank.
    fn row(&self, number: u64, line: &str) -> Option<(Record, Vec<usize>)> {
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
        Some((record, starts))
    }
}

impl Held {
    /// Whether `line` is the rest of the row, as `Format-Table -Wrap` prints it: what is a number there stands once, nothing
    /// stands where there was nothing, and the column was too narrow for the word that comes next.
    fn goes_on(&self, line: &str, rest: &Record, widest: &[usize]) -> bool {
        let first = self.record.fields.iter().map(|(_, value)| value.as_str());
        let last = self.rest.last().unwrap_or(&self.record).fields.iter().map(|(_, value)| value.as_str());
        let parts = rest.fields.iter().map(|(_, part)| part.as_str());
        let is_row = first.clone().any(is_number) || begins_a_name(&self.record);
        let mut cells = first.zip(last).zip(parts).zip(widest).enumerate();
        is_row
            && self.rest.len() < MAX_LINES
            && self.length() + line.len() < MAX_VALUE
            && !self.is_whole()
            && cells.all(|(at, (((value, last), part), widest))| {
                let fills = || !is_number(value) && self.begins(at, line) && self.fills(at, last, part, *widest);
                part.is_empty() || fills()
            })
    }

    /// Whether something begins in `line` where the column does.
    fn begins(&self, at: usize, line: &str) -> bool {
        let start = self.starts[at];
        let mut behind = line.chars().skip(start.saturating_sub(1));
        (start == 0 || behind.next().is_some_and(char::is_whitespace))
            && behind.next().is_some_and(|first| !first.is_whitespace())
    }

    /// Whether the cell had no room for the first word of `part`. Where a column ends is known where text stands in the next
    /// one: numbers stand at its other end. It is as wide at least as what stands in it.
    fn fills(&self, at: usize, last: &str, part: &str, widest: usize) -> bool {
        let length = |text: &str| text.chars().count();
        let next = self.record.fields.get(at + 1).filter(|(_, value)| !is_number(value));
        let known = next.and_then(|_| Some(self.starts.get(at + 1)? - self.starts[at] - SLACK));
        let room = known.unwrap_or(0).max(widest).max(length(part));
        let word = part.split_whitespace().next().unwrap_or_default();
        !last.is_empty() && length(last) + 1 + length(word) > room
    }

    /// Whether its name is all there.
    fn is_whole(&self) -> bool {
        let last = self.rest.last().unwrap_or(&self.record);
        last.get(&["Name"]).is_some_and(|name| name == "edition" || name.ends_with(" edition"))
    }

    fn length(&self) -> usize {
        self.rest.iter().chain([&self.record]).flat_map(|record| &record.fields).map(|(_, value)| value.len()).sum()
    }

    /// The row with all that it goes on with.
    fn whole(self) -> Record {
        let Self { mut record, rest, .. } = self;
        for (at, (_, value)) in record.fields.iter_mut().enumerate() {
            let parts: Vec<&str> =
                rest.iter().map(|record| record.fields[at].1.as_str()).filter(|part| !part.is_empty()).collect();
            if parts.is_empty() {
                continue;
            }
            let tight = format!("{value}{}", parts.concat());
            // A key that was wrapped, even within a group, is one without the breaks.
            if let Cow::Owned(hidden) = masked(&tight) {
                *value = hidden;
                continue;
            }
            for part in parts {
                if !value.ends_with('-') {
                    value.push(' ');
                }
                value.push_str(part);
            }
            if let Cow::Owned(hidden) = masked(value) {
                *value = hidden;
            }
        }
        record
    }
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a record begins the name of a licence: no name goes on with how names begin.
fn begins_a_name(record: &Record) -> bool {
    record.get(&["Name"]).is_some_and(|name| {
        let release = name.strip_prefix("Office ").and_then(|rest| rest.split_once(','));
        name.starts_with("Windows(R)")
            || name.starts_with("Windows Server(R)")
            || release.is_some_and(|(release, _)| is_number(release))
    })
}

/// Whether a line is about something else than the row above it: a machine, a command, a heading.
fn is_of_its_own(line: &str) -> bool {
    let text = line.trim();
    let heading =
        text.ends_with([':', '：']) || ["==", "##", "**", "--", "++", "~~"].iter().any(|mark| text.starts_with(mark));
    heading || machine::marker(line).is_some() || is_banner(text) || is_command(text)
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

/// More lines than a row is wrapped to.
const MAX_LINES: usize = 24;
/// The blanks between columns, and some more.
const SLACK: usize = 3;
/// More columns than tables have.
const MAX_COLUMNS: usize = 40;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    /// What a table comes to, and how many of `lines` it takes.
    fn rows(lines: &[&str]) -> (Vec<String>, usize) {
        let mut table = Table::begin("Name                  LicenseStatus PartialProductKey").expect("a heading");
        let mut told = Vec::new();
        assert!(table.line(2, "----                  ------------- -----------------", &mut told));
        assert!(table.line(3, "Windows(R), x edition             1 3V66T", &mut told));
        let taken = lines.iter().take_while(|line| table.line(3, line, &mut told)).count();
        table.end(&mut told);
        (told.iter().map(|row| format!("{row:?}")).collect(), taken)
    }

    #[test]
    fn what_stands_behind_a_table_is_no_rest_of_its_last_row() {
        let (cut, whole, short) = ("Office 24, abcdefghij", "Office 24, x edition", "Office 24, x");
        for (name, line) in [
            (cut, "===== PC-2 ====="),
            (cut, "Computer: PC-2"),
            (cut, "PC-2:"),
            (cut, "== all machines =="),
            (cut, "Results of Monday:"),
            (cut, "PS C:\\> hostname"),
            (cut, "Microsoft (R) Windows Script Host Version 5.812"),
            (cut, "   was not reached"),
            (whole, "PC-3 was not reached"),
            (short, "was gone"),
            (cut, "it was not possible to reach the next of the machines"),
        ] {
            let (rows, taken) = rows(&[&format!("{name:<34}5 CRYQ3"), line]);
            assert_eq!((rows.len(), taken), (2, 1), "{line}: {rows:?}");
            assert!(!rows.concat().contains(line.trim()), "{line}: {rows:?}");
        }
    }

    #[test]
    fn a_text_in_a_column_of_numbers_ends_no_table() {
        for text in ["N/A", "-", "Unknown", "Licensed", "?"] {
            let right = format!("{:<21} {text:>13} {:<17}", "Office 24, x edition", "CRYQ3");
            let left = format!("{:<21} {text:<13} {:<17}", "Office 24, x edition", "CRYQ3");
            for line in [right, left] {
                let (rows, taken) = rows(&[line.trim_end(), "Office 21, x edition              1 ABCD2"]);
                assert_eq!((rows.len(), taken), (3, 2), "{line}: {rows:?}");
            }
        }
        let (rows, taken) =
            rows(&["Office 24, x edition                CRYQ3", "Office 21, x edition              1 ABCD2"]);
        assert_eq!((rows.len(), taken), (3, 2), "nothing in it: {rows:?}");
    }

    #[test]
    fn a_row_without_its_number_is_no_rest_of_the_row_above() {
        let heading = "Name                  Description   LicenseStatus";
        let rows = |lines: &[&str]| {
            let mut table = Table::begin(heading).expect("a heading");
            let mut told = Vec::new();
            for line in lines {
                assert!(table.line(2, line, &mut told), "{line}");
            }
            table.end(&mut told);
            told.iter().map(|row| format!("{row:?}")).collect::<Vec<_>>()
        };
        let above =
            ["Windows(R), x edition something                 1", "Office 24, Office24Pr something                 5"];
        for name in ["Office 24, Office24V", "Office 16,", "Windows(R), y", "Windows Server(R), z"] {
            for description in ["something", "another thing"] {
                let line = format!("{name:<21} {description}");
                let told = rows(&[above[0], above[1], line.trim_end()]);
                assert!(!told[1].contains(name) && !told[1].contains("another"), "{line}: {told:?}");
            }
        }
        let wrapped = rows(&[above[0], above[1], "oPlus2024VL_KMS_Clien something", "t_AE edition"]);
        assert!(wrapped.len() == 2 && wrapped[1].contains("t_AE edition"), "{wrapped:?}");
    }

    #[test]
    fn a_row_that_begins_a_name_and_lacks_its_number_ends_no_table() {
        let heading = "Name                  LicenseStatus PartialProductKey";
        let good = ["Windows(R), x edition             1 3V66T", "Office 24, Office24Pr             5 CRYQ3"];
        let names = ["Office 24, Office24V", "Office 24, x edition", "Windows(R), x edition", "Windows Server(R), x"];
        for name in names {
            for (rest, status) in [("", ""), ("", "N/A"), ("oPlus2024VL_KMS_Cli", ""), ("oPlus2024VL_KMS_Cli", "N/A")] {
                let row = format!("{name:<21} {status:>13}");
                for above in good {
                    for between in
                        [vec![row.trim_end()], vec![row.trim_end(), rest], vec![row.trim_end(), row.trim_end()]]
                    {
                        // A name that is all there goes on with nothing.
                        let lines = [vec![above], between, vec!["Office 21, x edition              1 ABCD2"]].concat();
                        if lines.contains(&rest) && (rest.is_empty() || name.ends_with("edition")) {
                            continue;
                        }
                        let mut table = Table::begin(heading).expect("a heading");
                        let mut told = Vec::new();
                        for line in &lines {
                            assert!(table.line(2, line, &mut told), "{line} of {lines:?}");
                        }
                        table.end(&mut told);
                        let told: Vec<String> = told.iter().map(|row| format!("{row:?}")).collect();
                        assert!(told.len() >= 2 && told[told.len() - 1].contains("ABCD2"), "{lines:?}: {told:?}");
                        assert!(!told[0].contains(name) || above.contains(name), "{lines:?}: {told:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_text_that_begins_as_a_name_does_and_is_none_ends_the_table() {
        for line in [
            "Windows(R), x edition:",
            "Windows(R) is a trademark of Microsoft in many countries",
            "Windows Server(R) machines of Monday, the others follow on Tuesday:",
        ] {
            let (rows, taken) = rows(&["Office 24, x edition              5 CRYQ3", line]);
            assert_eq!((rows.len(), taken), (2, 1), "{line}: {rows:?}");
        }
    }

    #[test]
    fn a_row_whose_first_value_is_cut_is_one_also_without_its_number() {
        for mark in ["…", "..."] {
            let mut table =
                Table::begin("PSComputerName Name                  LicenseStatus PartialProductKey").unwrap();
            let mut told = Vec::new();
            for (machine, status) in [("PC-1", "1"), ("PC-LONG-NAM", "N/A"), ("PC-LONG-NAM", "5")] {
                let machine = if status == "1" { machine.to_owned() } else { format!("{machine}{mark}") };
                let line = format!("{machine:<14} {:<21} {status:>13} {:<17}", "Office 24, x edition", "CRYQ3");
                assert!(table.line(2, line.trim_end(), &mut told), "{line}");
            }
            table.end(&mut told);
            assert_eq!(told.len(), 3, "{told:?}");
        }
    }

    proptest! {
        #[test]
        fn a_sentence_is_no_row(words in proptest::collection::vec("[a-z]{1,9}", 1..14)) {
            let (rows, taken) = rows(&[&words.join(" ")]);
            prop_assert_eq!((rows.len(), taken), (1, 0));
        }
    }

    #[test]
    fn a_row_goes_on_for_a_few_lines_only() {
        let mut lines = vec!["Office 24, abcdefghij             5 CRYQ3"];
        lines.resize(40_000, "abcdefghijklmnopqrst");
        let (rows, taken) = rows(&lines);
        assert_eq!((rows.len(), taken), (2, 1 + MAX_LINES));
    }

    #[test]
    fn a_key_that_is_wrapped_is_not_put_together() {
        let lines: [&[&str]; 4] = [
            &["Office BCDFG-FGHJK-               1 XYR23", "KMNPQ-RTVWX-XYR23"],
            &["Office 24 BCDFG-                  1 XYR23", "FGHJK-KMNPQ-RTVWX-", "XYR23 edition"],
            &["OfficeNumber,BCDFG-FG             1 XYR23", "HJK-KMNPQ-RTVWX-XYR23"],
            &["OfficeNumber,,,BCDFGF             1 XYR23", "GHJKKMNPQRTVWXXYR23"],
        ];
        for lines in lines {
            let (rows, taken) = rows(lines);
            assert_eq!(taken, lines.len(), "{rows:?}");
            let told = rows.concat().replace(['-', ' '], "");
            assert!(!told.contains("BCDFG") && !told.contains("RTVWX"), "{told}");
        }
    }

    #[test]
    fn a_value_that_is_wider_than_its_column_is_whole() {
        let mut table = Table::begin("TimeCreated                     Id LevelDisplayName Message").expect("a heading");
        let mut told = Vec::new();
        assert!(table.line(2, "-----------                     -- ---------------- -------", &mut told));
        let record =
            table.row(3, "11/20/2026 9:14:12 AM        12290 Information      An activation request…").unwrap().0;
        assert_eq!((record.get(&["Id"]), record.get(&["TimeCreated"])), (Some("12290"), Some("11/20/2026 9:14:12 AM")));
        assert_eq!(record.get(&["LevelDisplayName"]), Some("Information"));
    }
}
