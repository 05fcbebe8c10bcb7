//! Rows of SQLite as values, and values as columns.

use std::fmt::Display;
use std::str::FromStr;

use leasehold_core::activation::PlaceId;
use leasehold_core::{Component, Cti, DirectoryId, Fingerprint, KeyId, Policy, ProductNumber, Span, Text, Timestamp};
use leasehold_store::authority::Revoked;
use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange};
use rusqlite::types::Type;
use rusqlite::{Result, Row};

pub(super) fn key_id(row: &Row<'_>) -> Result<KeyId> {
    row.get(0).map(KeyId)
}

/// What is revoked as columns: its kind and its name.
pub(super) const fn named(what: &Revoked) -> (u8, &[u8; 16]) {
    match what {
        Revoked::Key(KeyId(name)) => (1, name),
        Revoked::Document(Cti(name)) => (2, name),
    }
}

pub(super) fn whole(row: &Row<'_>, at: usize) -> Result<u64> {
    let value: i64 = row.get(at)?;
    u64::try_from(value).map_err(|_| IntegralValueOutOfRange(at, value))
}

/// A whole number as a column; what lies beyond the largest one that SQLite holds becomes that.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A time as a column.
pub(super) fn at(time: Timestamp) -> i64 {
    integer(time.unix())
}

/// A length of time as a column.
pub(super) fn length(span: Span) -> i64 {
    integer(span.as_seconds())
}

/// Features as a column: one a line, since no text has line ends.
pub(super) fn lines(features: &[Text]) -> String {
    features.iter().map(Text::as_str).collect::<Vec<_>>().join("\n")
}

/// A fingerprint as columns, by component.
pub(super) fn hashes(fingerprint: Option<&Fingerprint>) -> [Option<&[u8; 8]>; 6] {
    Component::ALL.map(|component| fingerprint?.component(component))
}

pub(super) fn policy(row: &Row<'_>, from: usize) -> Result<Policy> {
    let features: String = row.get(from + 9)?;
    let feature = |line: &str| line.parse().map_err(|error| misfit(from + 9, Type::Text, error));
    Ok(Policy {
        threshold: whole(row, from)?,
        window: span(row, from + 1)?,
        validity: span(row, from + 2)?,
        renewal: span(row, from + 3)?,
        retry: span(row, from + 4)?,
        grace: span(row, from + 5)?,
        capacity: optional(row, from + 6, whole)?,
        drift: whole(row, from + 7)?,
        end: optional_time(row, from + 8)?,
        features: features.lines().map(feature).collect::<Result<_>>()?,
        devices: optional(row, from + 10, whole)?,
    })
}

pub(super) fn fingerprint(row: &Row<'_>, from: usize) -> Result<Fingerprint> {
    let mut hashes = Vec::with_capacity(6);
    for (offset, component) in Component::ALL.into_iter().enumerate() {
        if let Some(hash) = row.get::<_, Option<[u8; 8]>>(from + offset)? {
            hashes.push((component, hash));
        }
    }
    Fingerprint::new(hashes).map_err(|error| misfit(from, Type::Blob, error))
}

/// The directory in the column after a fingerprint's, else the fingerprint.
pub(super) fn place_id(row: &Row<'_>, from: usize) -> Result<PlaceId> {
    match row.get::<_, Option<[u8; 16]>>(from + Component::ALL.len())? {
        Some(id) => Ok(PlaceId::Directory(DirectoryId(id))),
        None => fingerprint(row, from).map(PlaceId::Machine),
    }
}

pub(super) fn number(row: &Row<'_>, at: usize) -> Result<ProductNumber> {
    whole(row, at)?.try_into().map_err(|error| misfit(at, Type::Integer, error))
}

pub(super) fn time(row: &Row<'_>, at: usize) -> Result<Timestamp> {
    whole(row, at).map(Timestamp::from_unix)
}

pub(super) fn span(row: &Row<'_>, at: usize) -> Result<Span> {
    whole(row, at).map(Span::seconds)
}

pub(super) fn optional_time(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>> {
    optional(row, at, time)
}

pub(super) fn optional_text(row: &Row<'_>, at: usize) -> Result<Option<Text>> {
    optional(row, at, parsed)
}

pub(super) fn optional<T>(row: &Row<'_>, at: usize, read: impl Fn(&Row<'_>, usize) -> Result<T>) -> Result<Option<T>> {
    match row.get_ref(at)?.data_type() {
        Type::Null => Ok(None),
        Type::Integer | Type::Real | Type::Text | Type::Blob => read(row, at).map(Some),
    }
}

pub(super) fn parsed<T: FromStr<Err: Display>>(row: &Row<'_>, at: usize) -> Result<T> {
    row.get::<_, String>(at)?.parse().map_err(|error| misfit(at, Type::Text, error))
}

pub(super) fn misfit(at: usize, found: Type, error: impl Display) -> rusqlite::Error {
    FromSqlConversionFailure(at, found, error.to_string().into())
}
