//! Records as tables of a page: `ConvertTo-Html` as a table or as a list, and reports that scripts send by mail.

use super::{Record, Told, is_characteristic, same};
use crate::read::frame::characters;

/// Reads the tables of a page, a row at a time.
#[derive(Debug, Default)]
pub(crate) struct Html {
    columns: Vec<String>,
    /// A record that stands below each other, a property in each row.
    list: Record,
    /// A row that goes on in the next line, and where it begins.
    row: String,
    from: u64,
}

/// A cell: whether it is a heading, and its text.
struct Cell {
    heading: bool,
    text: String,
}

impl Html {
    /// A table that begins in this line: by a heading, or by a list's first property.
    pub(crate) fn begin(line: &str) -> Option<Self> {
        let small = line.trim_start().get(..1).filter(|first| *first == "<").map(|_| line.to_ascii_lowercase())?;
        let heading = small.contains("<th>") || small.contains("<th ");
        let listed = || small.contains("<td>") && begins_list(&cells(line));
        (heading || listed()).then(Self::default)
    }

    /// Takes one line and passes on what its rows tell; `false` where the line is of something else.
    pub(crate) fn line(&mut self, number: u64, line: &str, told: &mut Vec<Told>) -> bool {
        let small = line.to_ascii_lowercase();
        let within = !self.row.is_empty() || PARTS.iter().any(|part| small.contains(part));
        if !within || self.row.len() + line.len() > MAX_ROW {
            return line.trim().is_empty();
        }
        let mut fresh = self.row.is_empty();
        if fresh {
            self.from = number;
        }
        // What stood there before has no end in it.
        let mut searched = self.row.len().saturating_sub(END.len());
        self.row.push_str(line);
        self.row.push('\n');
        while let Some(end) = end_of_row(self.row.as_bytes(), searched) {
            let rest = self.row.split_off(end);
            let row = std::mem::replace(&mut self.row, rest);
            self.row(cells(&row), told);
            (self.from, searched, fresh) = (number, 0, true);
        }
        if fresh && !PARTS[..OPENING].iter().any(|part| self.row.to_ascii_lowercase().contains(part)) {
            self.row.clear();
        }
        true
    }

    /// Ends the list, if there is one.
    pub(crate) fn end(&mut self, told: &mut Vec<Told>) {
        told.extend(std::mem::take(&mut self.list).contents());
    }

    fn row(&mut self, cells: Vec<Cell>, told: &mut Vec<Told>) {
        if cells.len() > 1 && cells.iter().all(|cell| cell.heading) {
            self.end(told);
            self.columns = cells.into_iter().map(|cell| cell.text).collect();
            return;
        }
        if let [name, value] = cells.as_slice()
            && let Some(name) = property(name).filter(|_| self.columns.is_empty())
        {
            if self.list.has(name) {
                self.end(told);
            }
            if self.list.fields.is_empty() {
                self.list.line = self.from;
            }
            return self.list.add(name, &value.text);
        }
        if self.columns.iter().any(|column| is_characteristic(column)) {
            let mut record = Record::new(self.from);
            self.columns.iter().zip(&cells).for_each(|(column, cell)| record.add(column, &cell.text));
            told.extend(record.contents());
        } else {
            self.end(told);
        }
    }
}

/// Where the first row that ends behind `from` ends.
fn end_of_row(bytes: &[u8], from: usize) -> Option<usize> {
    let ends = |some: &[u8]| some.eq_ignore_ascii_case(END.as_bytes());
    bytes[from..].windows(END.len()).position(ends).map(|at| from + at + END.len())
}

/// Whether a list of a licence, an event or a record begins with this row.
fn begins_list(cells: &[Cell]) -> bool {
    let [name, value, ..] = cells else { return false };
    property(name).is_some_and(|name| {
        is_characteristic(name)
            || same(name, "Name") && value.text.ends_with(" edition")
            || same(name, "Description") && value.text.ends_with(" channel")
    })
}

/// The name of the property in the first cell of a list's row.
fn property(cell: &Cell) -> Option<&str> {
    cell.text.strip_suffix(':').filter(|name| !name.is_empty() && name.len() <= MAX_NAME)
}

/// The cells of a row, without mark-up.
fn cells(row: &str) -> Vec<Cell> {
    let small = row.to_ascii_lowercase();
    let starts: Vec<(usize, bool)> = small
        .match_indices("<t")
        .filter_map(|(at, _)| {
            let kind = small[at + 2..].chars().next().filter(|kind| matches!(kind, 'd' | 'h'))?;
            let alone = small[at + 3..].starts_with(['>', ' ']);
            alone.then_some((at, kind == 'h'))
        })
        .collect();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([row.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|((at, heading), end)| Cell { heading: *heading, text: plain(&row[*at..end]) })
        .collect()
}

/// A text without its tags, its characters as themselves.
fn plain(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for (at, piece) in part.split('<').enumerate() {
        text.push_str(if at == 0 { piece } else { piece.split_once('>').map_or(piece, |(_, behind)| behind) });
    }
    characters(text.trim()).trim().to_owned()
}

/// What the lines of a table have in them; the first are those that open a row or a cell.
const PARTS: [&str; 9] = ["<tr", "<td", "<th", "<table", "</t", "<col", "</col", "<hr", "<body"];
const OPENING: usize = 3;
const END: &str = "</tr>";
/// A longer row, and a longer name of a property, than there are.
const MAX_ROW: usize = 64 * 1024;
const MAX_NAME: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Content, State};

    fn read(page: &str) -> Vec<(Option<String>, Option<State>)> {
        let mut html = page.lines().find_map(Html::begin).expect("a table");
        let mut told = Vec::new();
        for (at, line) in page.lines().enumerate().skip_while(|(_, line)| Html::begin(line).is_none()) {
            html.line(at as u64 + 1, line, &mut told);
        }
        html.end(&mut told);
        let state = |content| if let Content::Block(block) = content { block.state() } else { None };
        told.into_iter().map(|(machine, content)| (machine, state(content))).collect()
    }

    const HEAD: &str = "<html xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n</head><body>\n<table>\n";

    #[test]
    fn a_table_is_read_in_whatever_lines_its_rows_stand() {
        let rows = "<colgroup><col/><col/><col/></colgroup>\n\
            <tr><th>PSComputerName</th><th>Name</th><th>LicenseStatus</th></tr>\n\
            <tr><td>PC-1</td><td>Windows(R), Professional edition</td><td>1</td></tr>\n\
            <tr><td>PC-2</td><td>Windows(R), Enterprise edition</td><td>5</td></tr>\n</table>\n</body></html>";
        let expected =
            [(Some("PC-1".to_owned()), Some(State::Licensed)), (Some("PC-2".to_owned()), Some(State::Notification))];
        assert_eq!(read(&format!("{HEAD}{rows}")), expected);
        assert_eq!(read(&format!("{HEAD}{rows}").replace('\n', "")), expected);
        assert_eq!(read(&format!("{HEAD}{rows}").replace("<t", "\n<t")), expected);
    }

    #[test]
    fn a_list_is_read_too() {
        let one = "<tr><td>LicenseStatus:</td><td>1</td></tr>\n<tr><td>Name:</td><td>Office &amp; more</td></tr>\n";
        let rule = "<tr><td><hr></td></tr>\n";
        let list = format!("{HEAD}{one}{rule}{one}</table>");
        assert_eq!(read(&list), [(None, Some(State::Licensed)), (None, Some(State::Licensed))]);
    }

    #[test]
    fn other_tables_are_none() {
        assert!(Html::begin("<tr><td>LICENSE NAME: x</td></tr>").is_none());
        assert!(Html::begin("Name: <th>").is_none() && Html::begin("").is_none());
        assert!(read("<tr><th>Service</th><th>State</th></tr>\n<tr><td>sppsvc</td><td>Running</td></tr>").is_empty());
    }
}
