//! Records as CSV: `Export-Csv`, `ConvertTo-Csv`, `wmic /format:csv`, exports of consoles and inventories.

use super::{MACHINES, Record, Text, Told, is_characteristic, same};
use crate::read::command::is_command;
use crate::read::text::{Wrap, wrapped};

/// Reads a table of comma-separated values, line by line.
#[derive(Debug)]
pub(crate) struct Csv {
    columns: Vec<String>,
    delimiter: char,
    /// A record that goes on in the next line, since a quotation mark is open, and where it begins.
    open: Option<(u64, String)>,
}

impl Csv {
    /// A table that this line is the heading of: names without blanks at their ends, one of which is characteristic.
    pub(crate) fn begin(line: &str) -> Option<Self> {
        let line = line.trim();
        if line.contains(':') || is_command(line) {
            return None;
        }
        let delimiter = [',', ';', '\t', '|'].into_iter().max_by_key(|delimiter| line.matches(*delimiter).count())?;
        // Commands are joined by such strokes too, with blanks around them.
        if delimiter == '|' && !line.starts_with('|') && line.contains(' ') {
            return None;
        }
        let columns = cells(line, delimiter)?;
        let like_names = |column: &String| column.len() <= MAX_NAME && !column.contains([':', '=', '{', '}']);
        let heading = columns.len() > 1
            && columns.iter().all(like_names)
            && (columns.iter().any(|column| is_characteristic(column)) || are_outputs(&columns));
        heading.then_some(Self { columns, delimiter, open: None })
    }

    /// Takes one line and passes on what its record tells; `false` where the line is of something else.
    pub(crate) fn line(&mut self, number: u64, line: &str, told: &mut Vec<Told>, texts: &mut Vec<Text>) -> bool {
        let (from, text) = match self.open.take() {
            Some((from, mut text)) if text.len() < MAX_RECORD => {
                // A console wraps within a cell too.
                let last = text.rsplit('\n').next().unwrap_or_default();
                text.push_str(match wrapped(last) {
                    Wrap::No => "\n",
                    Wrap::Within => "",
                    Wrap::AtBlank => " ",
                });
                text.push_str(line);
                (from, text)
            }
            Some(_) => return false,
            None if line.trim().is_empty() || line.starts_with("#TYPE") || is_rule(line) => return true,
            None => (number, line.to_owned()),
        };
        if text.matches('"').count() % 2 == 1 {
            self.open = Some((from, text));
            return true;
        }
        if let Some(next) = Self::begin(&text) {
            *self = next;
            return true;
        }
        let Some(cells) = cells(&text, self.delimiter).map(|cells| self.fitted(cells)) else { return false };
        if cells.len() < 2 {
            return false;
        }
        let mut record = Record::new(from);
        self.columns.iter().zip(&cells).for_each(|(column, cell)| record.add(column, cell));
        // The event viewer gives the messages no heading.
        if let Some(message) = cells.get(self.columns.len()) {
            record.add("Message", message);
        }
        if let Some(output) = record.get(OUTPUTS) {
            texts.push((from, record.machine(), output.lines().map(str::to_owned).collect()));
        }
        told.extend(record.contents());
        true
    }

    /// Reads the record that the text has ended in.
    pub(crate) fn end(&mut self, told: &mut Vec<Told>, texts: &mut Vec<Text>) {
        if let Some((from, text)) = self.open.take() {
            self.line(from, &format!("{text}\""), told, texts);
        }
    }

    /// The cells under their columns. `wmic` quotes nothing, so that a comma within a value makes one cell too many: it
    /// belongs to a name or a description.
    fn fitted(&self, mut cells: Vec<String>) -> Vec<String> {
        let texts = |column: &String| ["Name", "Description"].contains(&column.as_str());
        if self.columns.first().is_none_or(|column| column != "Node") {
            return cells;
        }
        let mut at = 0;
        while cells.len() > self.columns.len() {
            let Some(text) = (at..self.columns.len()).find(|at| texts(&self.columns[*at])) else { break };
            let rest = cells.remove(text + 1);
            cells[text] = format!("{}, {}", cells[text], rest.trim_start());
            at = text + 1;
        }
        cells
    }
}

/// Whether a table holds what scripts have printed, with the machine beside it.
fn are_outputs(columns: &[String]) -> bool {
    let any = |names: &[&str]| columns.iter().any(|column| names.iter().any(|name| same(column, name)));
    any(OUTPUTS) && any(MACHINES)
}

/// What tools that run scripts on many machines call the text that came back.
const OUTPUTS: &[&str] = &[
    "Output",
    "StdOut",
    "Result",
    "ScriptOutput",
    "PreRemediationDetectionScriptOutput",
    "PostRemediationDetectionScriptOutput",
];

/// The line below the heading of a table in Markdown.
fn is_rule(line: &str) -> bool {
    line.contains("---") && line.trim().chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The cells of a record, without their quotation marks.
fn cells(text: &str, delimiter: char) -> Option<Vec<String>> {
    if delimiter == '|' {
        let text = text.trim();
        let inner = text.strip_prefix('|').and_then(|text| text.strip_suffix('|')).unwrap_or(text);
        return Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect());
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).ok()?)
        .from_reader(text.as_bytes());
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// A longer name of a column, and a longer record, than there are.
const MAX_NAME: usize = 80;
const MAX_RECORD: usize = 64 * 1024;
