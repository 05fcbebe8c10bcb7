//! Rows as CSV or JSON.

use std::io::{self, Write};

use leasehold_core::Timestamp;
use serde_json::{Map, Value, json};

use super::Format;
use super::row::{Cell, Row};
use crate::error::Error;

/// An export being written.
pub(super) struct Sheet<'o> {
    columns: &'static [&'static str],
    written: u64,
    out: Out<'o>,
}

enum Out<'o> {
    Csv(Box<csv::Writer<&'o mut dyn Write>>),
    Json(&'o mut dyn Write),
}

impl<'o> Sheet<'o> {
    pub(super) fn begin(
        columns: &'static [&'static str],
        format: Format,
        out: &'o mut dyn Write,
    ) -> Result<Self, Error> {
        let out = match format {
            Format::Csv => {
                let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
                csv.write_record(columns).map_err(failed)?;
                Out::Csv(Box::new(csv))
            }
            Format::Json => {
                out.write_all(b"[").map_err(Error::Output)?;
                Out::Json(out)
            }
        };
        Ok(Self { columns, written: 0, out })
    }

    pub(super) fn row(&mut self, row: &Row) -> Result<(), Error> {
        match &mut self.out {
            Out::Csv(csv) => csv.write_record(row.iter().map(field)).map_err(failed)?,
            Out::Json(out) => {
                let comma = if self.written == 0 { "" } else { "," };
                let members = self.columns.iter().map(|name| (*name).to_owned()).zip(row.iter().map(value));
                let object = Value::Object(members.collect::<Map<_, _>>());
                write!(out, "{comma}\n  {object}").map_err(Error::Output)?;
            }
        }
        self.written += 1;
        Ok(())
    }

    /// How many rows were written.
    pub(super) fn end(self) -> Result<u64, Error> {
        match self.out {
            Out::Csv(mut csv) => csv.flush(),
            Out::Json(out) => out.write_all(b"\n]\n").and_then(|()| out.flush()),
        }
        .map_err(Error::Output)?;
        Ok(self.written)
    }
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::None => String::new(),
        Cell::Number(number) => number.to_string(),
        Cell::Time(time) => written(*time),
        Cell::Word(word) => word.clone(),
        Cell::Text(text) => harmless(text),
        Cell::Texts(texts) => harmless(&texts.join("; ")),
    }
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::None => Value::Null,
        Cell::Number(number) => json!(number),
        Cell::Time(time) => json!(time.unix()),
        Cell::Word(text) | Cell::Text(text) => json!(text),
        Cell::Texts(texts) => json!(texts),
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() }
}

fn written(time: Timestamp) -> String {
    let second = i64::try_from(time.unix()).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    second.map_or_else(|| time.unix().to_string(), |at| at.to_string())
}

fn failed(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::Output(error),
        other => Error::Output(io::Error::other(format!("{other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_not_taken_for_a_formula_and_survives_commas_and_quotes() {
        let mut bytes = Vec::new();
        let mut sheet = Sheet::begin(&["customer", "places", "issued"], Format::Csv, &mut bytes).unwrap();
        let time = Cell::Time(Timestamp::from_unix(1_790_000_000));
        sheet.row(&vec![Cell::Text("=HYPERLINK(\"x\"), inc".to_owned()), Cell::Number(6), time]).unwrap();
        sheet.row(&vec![Cell::Text("Müller & Söhne".to_owned()), Cell::Number(6), Cell::None]).unwrap();
        assert_eq!(sheet.end().unwrap(), 2);
        let expected = "customer,places,issued\r\n\"'=HYPERLINK(\"\"x\"\"), inc\",6,2026-09-21T14:13:20Z\r\n\
                        Müller & Söhne,6,\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn json_is_a_list_also_of_nothing() {
        for rows in 0..3 {
            let mut bytes = Vec::new();
            let mut sheet = Sheet::begin(&["features"], Format::Json, &mut bytes).unwrap();
            for _ in 0..rows {
                sheet.row(&vec![Cell::Texts(vec!["=cloud".to_owned()])]).unwrap();
            }
            sheet.end().unwrap();
            let read: Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(read.as_array().unwrap().len(), rows);
            assert!(read.as_array().unwrap().iter().all(|row| row["features"][0] == "=cloud"));
        }
    }
}
