//! How data is printed: for people on a terminal, or as JSON. Data on standard output, talk on standard error.
//!
//! Nothing here panics where a stream cannot be written: the first error is kept, and [`written`] returns it.

use std::borrow::Cow;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use comfy_table::presets;
use comfy_table::{ContentArrangement, Table};
use leasehold_core::{Code, Timestamp};
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

/// Where a text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output: what was asked for.
    Data,
    /// Standard error: what there is to say about it.
    Talk,
}

/// Prints a line of data on standard output.
macro_rules! outln {
    () => { $crate::output::write($crate::output::Stream::Data, format_args!("\n")) };
    ($($text:tt)*) => { $crate::output::write($crate::output::Stream::Data, format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints data on standard output.
macro_rules! out {
    ($($text:tt)*) => { $crate::output::write($crate::output::Stream::Data, format_args!($($text)*)) };
}

/// Prints a line of talk on standard error.
macro_rules! errln {
    ($($text:tt)*) => { $crate::output::write($crate::output::Stream::Talk, format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints talk on standard error.
macro_rules! err {
    ($($text:tt)*) => { $crate::output::write($crate::output::Stream::Talk, format_args!($($text)*)) };
}

/// Writes to a stream, without colours where it is no terminal. An error is kept for [`written`].
pub(crate) fn write(stream: Stream, text: fmt::Arguments<'_>) {
    let text = text.to_string();
    let text = visible(&text);
    let written = match stream {
        Stream::Data => anstream::stdout().write_all(text.as_bytes()),
        Stream::Talk => anstream::stderr().write_all(text.as_bytes()),
    };
    if let Err(error) = written {
        keep(stream, error);
    }
}

/// `text` with characters that would turn the direction of what is read shown by their numbers: a machine could name
/// itself so that its line says something else. In JSON the number is the same character.
fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(turns_direction) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if turns_direction(character) {
            let _ = fmt::Write::write_fmt(&mut shown, format_args!("\\u{:04x}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

const fn turns_direction(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether everything printed so far has arrived. Ask before recording what cannot be printed again.
///
/// A reader that has closed a pipe had what it wanted, which is no error.
pub(crate) fn written() -> Result<(), Failure> {
    if let Err(error) = io::stdout().flush() {
        keep(Stream::Data, error);
    }
    let kept = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    kept.as_ref().map_or(Ok(()), |(stream, error)| Err(Failure::file(Path::new(stream.name()), error)))
}

fn keep(stream: Stream, error: io::Error) {
    let mut kept = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.is_none() && error.kind() != ErrorKind::BrokenPipe {
        *kept = Some((stream, error));
    }
}

impl Stream {
    const fn name(self) -> &'static str {
        match self {
            Self::Data => "standard output",
            Self::Talk => "standard error",
        }
    }
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

/// Whether a table with many columns would be broken up into shreds on this terminal.
pub(crate) fn is_narrow() -> bool {
    columns().is_some_and(|columns| columns < NARROW)
}

/// How wide the terminal is that data go to; `None` where they go elsewhere.
pub(crate) fn columns() -> Option<usize> {
    io::stdout().is_terminal().then(|| believed(textwrap::termwidth()))
}

/// A terminal that says it is narrower than any is has not told its width (`script`, some CI).
const fn believed(columns: usize) -> usize {
    if columns < MIN_COLUMNS { UNKNOWN_COLUMNS } else { columns }
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

static FAILED: Mutex<Option<(Stream, io::Error)>> = Mutex::new(None);
/// The least columns in which nine cells stand beside each other and can be read.
const NARROW: usize = 140;
const MIN_COLUMNS: usize = 20;
const UNKNOWN_COLUMNS: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_that_no_terminal_has_is_unknown() {
        assert_eq!([0, 1, 19].map(believed), [80; 3]);
        assert_eq!([20, 80, 300].map(believed), [20, 80, 300]);
    }

    #[test]
    fn what_turns_the_direction_of_a_text_is_shown_and_not_obeyed() {
        assert_eq!(visible("pc\u{202e}gpj.exe"), "pc\\u202egpj.exe");
        assert_eq!(visible("\u{2066}a\u{2069} \u{61c}\u{200f}"), "\\u2066a\\u2069 \\u061c\\u200f");
        assert_eq!(visible("server-ü עברית"), "server-ü עברית");
        let json = serde_json::json!({ "name": "a\u{202e}b" }).to_string();
        let read: Value = serde_json::from_str(&visible(&json)).expect("JSON");
        assert_eq!(read["name"], "a\u{202e}b");
    }
}
