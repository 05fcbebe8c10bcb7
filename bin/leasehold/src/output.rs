//! How data is printed: as tables and paragraphs for people, or as JSON.

use std::path::Path;

use jiff::tz::TimeZone;
use leasehold_core::Timestamp;
pub(crate) use leasehold_core::count;
use serde_json::Value;
use textwrap::WordSplitter;

use crate::failure::Failure;
pub(crate) use crate::table::{Column, Table};
use crate::terminal::{self, Zone};
pub(crate) use crate::terminal::{Output, columns};

/// Whether everything printed so far has arrived. Ask before recording what cannot be printed again.
pub(crate) fn written() -> Result<(), Failure> {
    terminal::flushed().map_err(|(stream, error)| Failure::file(Path::new(stream.name()), &error))
}

/// Prints one JSON value on standard output.
pub(crate) fn json(value: &Value) {
    outln!("{value:#}");
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
    let options = textwrap::Options::new(width).break_words(false).word_splitter(WordSplitter::NoHyphenation);
    outln!("{}", textwrap::fill(text, options.initial_indent(&first).subsequent_indent(&next)));
}

/// A time as people read it: `2026-11-23 04:43 UTC`, or with `--local` in the zone of the machine.
pub(crate) fn time(time: Timestamp) -> String {
    let zone = match terminal::display().zone {
        Zone::Utc => TimeZone::UTC,
        Zone::Local => TimeZone::system(),
    };
    in_zone(time, zone)
}

fn in_zone(time: Timestamp, zone: TimeZone) -> String {
    let second = i64::try_from(time.unix()).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    let Some(at) = second.map(|at| at.to_zoned(zone)) else { return format!("@{}", time.unix()) };
    at.strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// A time with how far it is from `now`: `2026-11-23 04:43 UTC (in 6 d)`.
pub(crate) fn time_from(time: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", self::time(time), distance(time, now))
}

/// How far a time is from `now`, in its largest unit: `in 6 d`, `3 h ago`.
pub(crate) fn distance(time: Timestamp, now: Timestamp) -> String {
    let (span, ahead) = if time > now { (time.since(now), true) } else { (now.since(time), false) };
    let seconds = span.as_seconds();
    let (count, unit) = match seconds {
        0..60 => return "now".to_owned(),
        60..3_600 => (seconds / 60, "min"),
        3_600..172_800 => (seconds / 3_600, "h"),
        172_800.. => (seconds / 86_400, "d"),
    };
    if ahead { format!("in {count} {unit}") } else { format!("{count} {unit} ago") }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_unix(1_800_000_000);

    #[test]
    fn a_time_is_shown_in_its_zone_with_its_name() {
        assert_eq!(in_zone(NOON, TimeZone::UTC), "2027-01-15 08:00 UTC");
        assert_eq!(in_zone(NOON, TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()), "2027-01-15 09:00 CET");
        assert_eq!(in_zone(Timestamp::from_unix(u64::MAX), TimeZone::UTC), format!("@{}", u64::MAX));
    }

    #[test]
    fn a_distance_is_told_in_its_largest_unit() {
        for (seconds, ahead, ago) in [
            (0, "now", "now"),
            (59, "now", "now"),
            (60, "in 1 min", "1 min ago"),
            (7_199, "in 1 h", "1 h ago"),
            (172_799, "in 47 h", "47 h ago"),
            (172_800, "in 2 d", "2 d ago"),
            (180 * 86_400, "in 180 d", "180 d ago"),
        ] {
            let (now, later) = (NOON, Timestamp::from_unix(NOON.unix() + seconds));
            assert_eq!([distance(later, now), distance(now, later)], [ahead, ago], "{seconds}");
        }
    }
}
