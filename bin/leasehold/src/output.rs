//! How data is printed: as tables and paragraphs for people, or as JSON; and documents written where they were asked for.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use comfy_table::presets;
use comfy_table::{ContentArrangement, Table};
use leasehold_core::{Code, Timestamp};
use leasehold_files::{Readers, Replacement};
use leasehold_wire::armour;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::terminal;
pub(crate) use crate::terminal::{Output, columns, is_narrow};

/// Whether everything printed so far has arrived. Ask before recording what cannot be printed again.
pub(crate) fn written() -> Result<(), Failure> {
    terminal::flushed().map_err(|(stream, error)| Failure::file(Path::new(stream.name()), &error))
}

/// Prints one JSON value on standard output.
pub(crate) fn json(value: &Value) {
    outln!("{value:#}");
}

/// Puts a document where it was asked for: into the file `out`, replaced as a whole (raw where its name ends in `.lh`,
/// else in armour), or in armour on standard output. In JSON it stands among what there is to tell `about` it.
pub(crate) fn document(bytes: &[u8], out: Option<&Path>, about: Value, output: Output) -> Result<(), Failure> {
    let armour = || armour::wrap(bytes).map_err(|error| Failure::failed(Code::Internal, error.to_string()));
    let mut about = about;
    match out.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            let raw = path.extension().is_some_and(|extension| extension == "lh");
            let content = if raw { bytes.to_vec() } else { armour()?.into_bytes() };
            file(path, |file| file.write_all(&content).map_err(|error| Failure::file(path, &error)))?;
            about["file"] = json!(path);
            errln!("written to {}", path.display());
        }
        None if output == Output::Json => about["document"] = json!(armour()?),
        None => out!("{}", armour()?),
    }
    if output == Output::Json {
        json(&about);
    }
    Ok(())
}

/// Writes a file beside its place and moves it there whole; what is no plain file (a pipe, a terminal) is written to.
/// Nothing is left where `write` fails.
pub(crate) fn file<T>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>) -> Result<T, Failure> {
    let failed = |error: io::Error| Failure::file(path, &error);
    if fs::metadata(path).is_ok_and(|present| !present.is_file()) {
        return write(&mut File::options().write(true).open(path).map_err(failed)?);
    }
    let mut file = Replacement::of(path, Readers::Umask).map_err(failed)?;
    let mut buffer = BufWriter::new(&mut file);
    let written = write(&mut buffer)?;
    buffer.flush().map_err(failed)?;
    drop(buffer);
    file.replace().map_err(failed)?;
    Ok(written)
}

/// A table with these column heads, as wide as the terminal.
pub(crate) fn table<const N: usize>(heads: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(heads);
    if let Some(columns) = columns() {
        table.set_width(u16::try_from(columns).unwrap_or(u16::MAX));
    }
    table
}

/// Prints names with what they stand for, a row each.
pub(crate) fn rows(rows: &[(String, String)]) {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, words) in rows {
        outln!("{}", format!("{name:width$}  {words}").trim_end());
    }
}

/// Prints a paragraph `indent` columns from the left, as wide as the terminal; what goes elsewhere stays on one line.
pub(crate) fn paragraph(indent: usize, text: &str) {
    let width = columns().map_or(usize::MAX, |columns| columns.max(2 * indent));
    let (first, next) = (" ".repeat(indent), " ".repeat(indent + 2));
    let options = textwrap::Options::new(width).initial_indent(&first).subsequent_indent(&next);
    outln!("{}", textwrap::fill(text, options));
}

/// A time as people read it, in UTC: `2026-11-23 04:43`.
pub(crate) fn time(time: Timestamp) -> String {
    let second = i64::try_from(time.unix()).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    second.map_or_else(|| format!("@{}", time.unix()), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}
