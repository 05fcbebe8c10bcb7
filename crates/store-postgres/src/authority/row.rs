//! Rows of PostgreSQL as values, and values as columns.

use std::str::FromStr;

use leasehold_core::activation::PlaceId;
use leasehold_core::{Component, Cti, DirectoryId, Fingerprint, KeyId, Policy, ProductNumber, Span, Text, Timestamp};
use leasehold_store::authority::Revoked;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::failure::Fault;

/// A parameter of a statement.
pub(super) type Parameter<'p> = &'p (dyn ToSql + Sync);

type Result<T> = std::result::Result<T, Fault>;

pub(super) fn key_id(row: &Row) -> Result<KeyId> {
    bytes(row, 0).map(KeyId)
}

/// What is revoked as columns: its kind and its name.
pub(super) const fn named(what: &Revoked) -> (i64, &[u8]) {
    match what {
        Revoked::Key(KeyId(name)) => (1, name),
        Revoked::Document(Cti(name)) => (2, name),
    }
}

pub(super) fn whole(row: &Row, at: usize) -> Result<u64> {
    let value: i64 = row.try_get(at)?;
    u64::try_from(value).map_err(|_| Fault::damaged("a negative number"))
}

/// A whole number as a column; what lies beyond the largest one that the database holds becomes that.
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

/// A policy as columns, in the order of the statements that write it.
pub(super) fn columns(policy: &Policy) -> [Box<dyn ToSql + Sync>; 11] {
    [
        Box::new(integer(policy.threshold)),
        Box::new(length(policy.window)),
        Box::new(length(policy.validity)),
        Box::new(length(policy.renewal)),
        Box::new(length(policy.retry)),
        Box::new(length(policy.grace)),
        Box::new(policy.capacity.map(integer)),
        Box::new(integer(policy.drift)),
        Box::new(policy.end.map(at)),
        Box::new(lines(&policy.features)),
        Box::new(policy.devices.map(integer)),
    ]
}

/// A fingerprint as columns, by component.
pub(super) fn hashes(fingerprint: Option<&Fingerprint>) -> [Option<&[u8]>; 6] {
    Component::ALL.map(|component| fingerprint?.component(component).map(|hash| &hash[..]))
}

pub(super) fn policy(row: &Row, from: usize) -> Result<Policy> {
    let features: String = row.try_get(from + 9)?;
    let feature = |line: &str| line.parse().map_err(|_| Fault::damaged("a feature"));
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

pub(super) fn fingerprint(row: &Row, from: usize) -> Result<Fingerprint> {
    let mut hashes = Vec::with_capacity(6);
    for (offset, component) in Component::ALL.into_iter().enumerate() {
        if let Some(hash) = optional(row, from + offset, bytes)? {
            hashes.push((component, hash));
        }
    }
    Fingerprint::new(hashes).map_err(|_| Fault::damaged("a fingerprint"))
}

/// The directory in the column after a fingerprint's, else the fingerprint.
pub(super) fn place_id(row: &Row, from: usize) -> Result<PlaceId> {
    match optional(row, from + Component::ALL.len(), bytes)? {
        Some(id) => Ok(PlaceId::Directory(DirectoryId(id))),
        None => fingerprint(row, from).map(PlaceId::Machine),
    }
}

pub(super) fn number(row: &Row, at: usize) -> Result<ProductNumber> {
    whole(row, at)?.try_into().map_err(|_| Fault::damaged("a number"))
}

pub(super) fn time(row: &Row, at: usize) -> Result<Timestamp> {
    whole(row, at).map(Timestamp::from_unix)
}

pub(super) fn span(row: &Row, at: usize) -> Result<Span> {
    whole(row, at).map(Span::seconds)
}

pub(super) fn optional_time(row: &Row, at: usize) -> Result<Option<Timestamp>> {
    optional(row, at, time)
}

pub(super) fn optional_text(row: &Row, at: usize) -> Result<Option<Text>> {
    optional(row, at, parsed)
}

pub(super) fn optional<T>(row: &Row, at: usize, read: impl Fn(&Row, usize) -> Result<T>) -> Result<Option<T>> {
    // Null is recognised without reading the value, whatever its type.
    if row.try_get::<_, Absent>(at)?.0 { Ok(None) } else { read(row, at).map(Some) }
}

pub(super) fn parsed<T: FromStr>(row: &Row, at: usize) -> Result<T> {
    row.try_get::<_, &str>(at)?.parse().map_err(|_| Fault::damaged("a text"))
}

pub(super) fn bytes<const N: usize>(row: &Row, at: usize) -> Result<[u8; N]> {
    row.try_get::<_, &[u8]>(at)?.try_into().map_err(|_| Fault::damaged("the length of a value"))
}

/// Whether a column is null.
struct Absent(bool);

impl<'r> FromSql<'r> for Absent {
    fn from_sql(_: &Type, _: &'r [u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(false))
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(true))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
