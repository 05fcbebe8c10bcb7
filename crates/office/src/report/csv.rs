//! The overview as a table for spreadsheets (RFC 4180).

use std::io::Write;

use crate::fleet::{MINUTES_A_DAY, Row, reminds_from};

/// The names of the columns, in their order.
pub const COLUMNS: [&str; 21] = [
    "machine",
    "named_by",
    "file",
    "line",
    "tool",
    "product",
    "state",
    "health",
    "channel",
    "minutes",
    "days",
    "collected",
    "ends",
    "reminds_from",
    "host",
    "host_by",
    "key",
    "gvlk",
    "code",
    "meaning",
    "next",
];

/// Writes the rows, the names of the columns first.
///
/// # Errors
/// Where `out` cannot be written to.
pub fn write_csv(rows: &[Row], out: impl Write) -> Result<(), csv::Error> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for row in rows {
        table.write_record(cells(row).map(safe))?;
    }
    table.flush().map_err(csv::Error::from)
}

fn cells(row: &Row) -> [String; 21] {
    let named = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let time = |time: Option<jiff::Timestamp>| time.map_or_else(String::new, |time| time.to_string());
    [
        text(row.machine.as_deref()),
        named(serde_json::json!(row.named_by)),
        row.file.to_string(),
        row.line.to_string(),
        row.tool.to_owned(),
        text(row.product.as_deref()),
        named(serde_json::json!(row.state)),
        row.health.word().to_owned(),
        named(serde_json::json!(row.channel)),
        row.minutes.map_or_else(String::new, |minutes| minutes.to_string()),
        row.minutes.map_or_else(String::new, |minutes| (minutes / MINUTES_A_DAY).to_string()),
        time(row.collected),
        time(row.ends),
        time(reminds_from(row)),
        text(row.host.as_deref()),
        named(serde_json::json!(row.host_by)),
        text(row.last5.as_deref()),
        text(row.gvlk),
        row.code.map_or_else(String::new, |code| format!("0x{:08X}", code.0)),
        row.meaning.to_string(),
        row.next.to_string(),
    ]
}

/// A spreadsheet takes a cell that begins like a formula for one: a machine's name must not be able to.
fn safe(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::{Fleet, Origin};
    use crate::read::{NamedBy, read};

    #[test]
    fn a_name_is_never_a_formula_and_quotes_stay_inside_their_cell() {
        let mut fleet = Fleet::default();
        for name in ["=cmd|' /C calc'!A0", "a\"b,c\nd"] {
            let origin = Origin { name: name.into(), collected: None };
            let text = b"LICENSE NAME: x\nLICENSE STATUS:  ---LICENSED---\n".as_slice();
            read(text, Some(name.to_owned()), NamedBy::File, |item| fleet.add(&item, &origin)).unwrap();
        }
        let mut out = Vec::new();
        write_csv(fleet.rows(), &mut out).unwrap();
        let mut table = csv::Reader::from_reader(out.as_slice());
        assert_eq!(table.headers().unwrap().len(), COLUMNS.len());
        let machines: Vec<String> = table.records().map(|record| record.unwrap()[0].to_owned()).collect();
        assert_eq!(machines, ["'=cmd|' /C calc'!A0", "a\"b,c\nd"]);
    }
}
