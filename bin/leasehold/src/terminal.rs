//! The two streams of a command: data on standard output, talk on standard error.
//!
//! Nothing here panics where a stream cannot be written: the first error is kept, and [`flushed`] returns it.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use leasehold_core::text::turns_direction;

use crate::system;

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
    () => { $crate::terminal::write($crate::terminal::Stream::Data, format_args!("\n")) };
    ($($text:tt)*) => { $crate::terminal::write($crate::terminal::Stream::Data, format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints data on standard output.
macro_rules! out {
    ($($text:tt)*) => { $crate::terminal::write($crate::terminal::Stream::Data, format_args!($($text)*)) };
}

/// Prints a line of talk on standard error.
macro_rules! errln {
    ($($text:tt)*) => { $crate::terminal::write($crate::terminal::Stream::Talk, format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints talk on standard error.
macro_rules! err {
    ($($text:tt)*) => { $crate::terminal::write($crate::terminal::Stream::Talk, format_args!($($text)*)) };
}

/// Writes to a stream, without colours where it is no terminal. An error is kept for [`flushed`].
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

/// Flushes, and tells the first error of all that was printed so far.
///
/// A reader that has closed a pipe had what it wanted, which is no error.
pub(crate) fn flushed() -> Result<(), (Stream, io::Error)> {
    if let Err(error) = io::stdout().flush() {
        keep(Stream::Data, error);
    }
    let kept = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    // It stays for the next that asks: a second look must not find all well.
    kept.as_ref().map_or(Ok(()), |(stream, error)| Err((*stream, io::Error::new(error.kind(), error.to_string()))))
}

/// How people have asked to be shown what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Display {
    /// Ids with all their digits, also where there is no room.
    pub(crate) ids: Ids,
    /// The zone of times.
    pub(crate) zone: Zone,
}

/// How much of an id is shown where there is no room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ids {
    Short,
    Full,
}

/// In which zone times are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    Utc,
    /// The one of this machine, or of `TZ`.
    Local,
}

/// Sets how this run of the program shows ids and times.
pub(crate) fn set_display(display: Display) {
    let _ = DISPLAY.set(display);
}

/// How this run of the program shows ids and times.
pub(crate) fn display() -> Display {
    DISPLAY.get().copied().unwrap_or(Display { ids: Ids::Short, zone: Zone::Utc })
}

/// How wide the terminal is that data go to; `None` where they go elsewhere.
pub(crate) fn columns() -> Option<usize> {
    io::stdout().is_terminal().then(|| believed(textwrap::termwidth()))
}

/// A terminal that says it is narrower than any is has not told its width (`script`, some CI).
const fn believed(columns: usize) -> usize {
    if columns < MIN_COLUMNS { UNKNOWN_COLUMNS } else { columns }
}

/// Columns and lines of the terminal that `stream` is; `None` where it is none.
#[cfg(unix)]
pub(crate) fn size(stream: impl std::os::fd::AsFd) -> Option<(usize, usize)> {
    terminal_size::terminal_size_of(stream).map(|(width, height)| (usize::from(width.0), usize::from(height.0)))
}

/// Columns and lines of the terminal that `stream` is; `None` where it is none.
#[cfg(windows)]
pub(crate) fn size(stream: impl std::os::windows::io::AsHandle) -> Option<(usize, usize)> {
    terminal_size::terminal_size_of(stream).map(|(width, height)| (usize::from(width.0), usize::from(height.0)))
}

fn keep(stream: Stream, error: io::Error) {
    let mut kept = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.is_none() && !system::is_closed_pipe(&error) {
        *kept = Some((stream, error));
    }
}

impl Stream {
    /// Its name in a message.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Data => "standard output",
            Self::Talk => "standard error",
        }
    }
}

static DISPLAY: OnceLock<Display> = OnceLock::new();
static FAILED: Mutex<Option<(Stream, io::Error)>> = Mutex::new(None);
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
        let read: serde_json::Value = serde_json::from_str(&visible(&json)).expect("JSON");
        assert_eq!(read["name"], "a\u{202e}b");
    }
}
