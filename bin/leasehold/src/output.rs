//! How data is printed: for people on a terminal, or as JSON. Data on standard output, talk on standard error.

use comfy_table::presets;
use comfy_table::{ContentArrangement, Table};
use leasehold_core::Timestamp;
use serde_json::Value;

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
