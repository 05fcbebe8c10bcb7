//! How data is printed: for people on a terminal, or as JSON. Data on standard output, talk on standard error.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use comfy_table::presets;
use comfy_table::{ContentArrangement, Table};
use leasehold_core::Timestamp;
use leasehold_wire::armour;
use serde_json::{Value, json};

use crate::failure::Failure;

/// For whom a command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// People.
    Human,
    /// Programs.
    Json,
}

/// Prints one JSON value on standard output.
pub(crate) fn json(value: &Value) {
    anstream::println!("{value:#}");
}

/// Puts a document where it was asked for: into the file `out`, replaced as a whole (raw where its name ends in `.lh`,
/// else in armour), or in armour on standard output. In JSON it stands among what there is to tell `about` it.
pub(crate) fn document(bytes: &[u8], out: Option<&Path>, about: Value, output: Output) -> Result<(), Failure> {
    let armour = || armour::wrap(bytes).map_err(|error| Failure::failed("internal", error.to_string()));
    let mut about = about;
    match out.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            let raw = path.extension().is_some_and(|extension| extension == "lh");
            let content = if raw { bytes.to_vec() } else { armour()?.into_bytes() };
            file(path, |file| file.write_all(&content).map_err(|error| Failure::file(path, &error)))?;
            about["file"] = json!(path);
            anstream::eprintln!("written to {}", path.display());
        }
        None if output == Output::Json => about["document"] = json!(armour()?),
        None => anstream::print!("{}", armour()?),
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
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    #[cfg(unix)]
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(readable);
    let mut file = builder.tempfile_in(folder).map_err(failed)?;
    let mut buffer = BufWriter::new(&mut file);
    let written = write(&mut buffer)?;
    buffer.flush().map_err(failed)?;
    drop(buffer);
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(written)
}

/// A table with these column heads, as wide as the terminal.
pub(crate) fn table<const N: usize>(heads: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(heads);
    table
}

/// Prints names with what they stand for, a row each.
pub(crate) fn rows(rows: &[(String, String)]) {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, words) in rows {
        anstream::println!("{}", format!("{name:width$}  {words}").trim_end());
    }
}

/// Prints a paragraph `indent` columns from the left, as wide as the terminal; what goes elsewhere stays on one line.
pub(crate) fn paragraph(indent: usize, text: &str) {
    let width = columns().map_or(usize::MAX, |columns| columns.max(2 * indent));
    let (first, next) = (" ".repeat(indent), " ".repeat(indent + 2));
    let options = textwrap::Options::new(width).initial_indent(&first).subsequent_indent(&next);
    anstream::println!("{}", textwrap::fill(text, options));
}

/// Whether a table with many columns would be broken up into shreds on this terminal.
pub(crate) fn is_narrow() -> bool {
    columns().is_some_and(|columns| columns < NARROW)
}

/// How wide the terminal is that data go to; `None` where they go elsewhere.
pub(crate) fn columns() -> Option<usize> {
    io::stdout().is_terminal().then(textwrap::termwidth)
}

/// The least columns in which nine cells stand beside each other and can be read.
const NARROW: usize = 140;

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
