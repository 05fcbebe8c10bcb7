//! Rows of SQLite as values, and values as columns.

use std::fmt::Display;
use std::str::FromStr;

use leasehold_core::activation::{Allowance, Known, Ordinals};
use leasehold_core::standing::Mode;
use leasehold_core::{
    Component, Cti, Fingerprint, KeyId, KeyKind, Policy, ProductNumber, PublicKey, Span, Text, Timestamp,
};
use leasehold_store::authority::copy::Activated;
use leasehold_store::authority::{
    AuditRow, AuthorityCertificate, Family, IssuedKey, Place, Product, Revocation, RevocationList, Revoked, Roles,
    Token, Vendor,
};
use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange};
use rusqlite::types::Type;
use rusqlite::{Result, Row};

pub(super) fn vendor(row: &Row<'_>) -> Result<Vendor> {
    Ok(Vendor { name: parsed(row, 0)?, root: PublicKey(row.get(1)?), made: time(row, 2)? })
}

pub(super) fn authority_certificate(row: &Row<'_>) -> Result<AuthorityCertificate> {
    Ok(AuthorityCertificate {
        authority: key_id(row)?,
        not_before: time(row, 1)?,
        expires: time(row, 2)?,
        document: row.get(3)?,
    })
}

pub(super) fn family(row: &Row<'_>) -> Result<Family> {
    let (id, number, withdrawn) = (parsed(row, 0)?, number(row, 1)?, optional_time(row, 2)?);
    Ok(Family { id, number, policy: policy(row, 3)?, withdrawn })
}

pub(super) fn product(row: &Row<'_>) -> Result<Product> {
    Ok(Product {
        id: parsed(row, 0)?,
        number: number(row, 1)?,
        family: parsed(row, 2)?,
        title: parsed(row, 3)?,
        initial_grace: span(row, 4)?,
        drift: whole(row, 5)?,
        service: optional_text(row, 6)?,
        mode: Mode::from_number(whole(row, 7)?).ok_or_else(|| misfit(7, Type::Integer, "no mode"))?,
        withdrawn: optional_time(row, 8)?,
    })
}

pub(super) fn key(row: &Row<'_>) -> Result<IssuedKey> {
    let (places, activations) = (whole(row, 2)?, whole(row, 3)?);
    let host = whole(row, 1)? == u64::from(KeyKind::Host.number());
    Ok(IssuedKey {
        public: PublicKey(row.get(0)?),
        allowance: if host {
            Allowance::Hosts { hosts: places, activations }
        } else {
            Allowance::Machines { machines: places, activations }
        },
        family: parsed(row, 4)?,
        last_five: parsed(row, 5)?,
        customer: optional_text(row, 6)?,
        issued: time(row, 7)?,
        revoked: optional_time(row, 8)?,
        policy: policy(row, 9)?,
    })
}

pub(super) fn ordinals(row: &Row<'_>) -> Result<Ordinals> {
    Ok(Ordinals { place: whole(row, 0)?, activation: whole(row, 1)? })
}

pub(super) fn known(row: &Row<'_>) -> Result<Known> {
    Ok(Known { place: whole(row, 0)?, activations: whole(row, 1)?, fingerprint: fingerprint(row, 2)? })
}

pub(super) fn place(row: &Row<'_>) -> Result<Place> {
    Ok(Place {
        ordinals: ordinals(row)?,
        subject: PublicKey(row.get(2)?),
        name: optional_text(row, 3)?,
        first: time(row, 4)?,
        last: time(row, 5)?,
        expires: optional_time(row, 6)?,
        document: row.get(7)?,
    })
}

/// As `place`, with the product key after it.
pub(super) fn activation(row: &Row<'_>) -> Result<(KeyId, Place)> {
    Ok((KeyId(row.get(8)?), place(row)?))
}

pub(super) fn activated(row: &Row<'_>) -> Result<(u64, Activated)> {
    let activated = Activated {
        key: KeyId(row.get(1)?),
        subject: PublicKey(row.get(2)?),
        ordinals: Ordinals { place: whole(row, 3)?, activation: whole(row, 4)? },
        name: optional_text(row, 5)?,
        first: time(row, 6)?,
        last: time(row, 7)?,
        cti: Cti(row.get(8)?),
        expires: optional_time(row, 9)?,
        document: row.get(10)?,
        fingerprint: fingerprint(row, 11)?,
    };
    Ok((whole(row, 0)?, activated))
}

pub(super) fn key_id(row: &Row<'_>) -> Result<KeyId> {
    row.get(0).map(KeyId)
}

pub(super) fn revocation(row: &Row<'_>) -> Result<Revocation> {
    let what = match whole(row, 0)? {
        1 => Revoked::Key(KeyId(row.get(1)?)),
        2 => Revoked::Document(Cti(row.get(1)?)),
        _ => return Err(misfit(0, Type::Integer, "no kind of revocation")),
    };
    Ok(Revocation { what, at: time(row, 2)?, list: whole(row, 3)? })
}

pub(super) fn revocation_list(row: &Row<'_>) -> Result<RevocationList> {
    Ok(RevocationList { number: whole(row, 0)?, issued: time(row, 1)?, document: row.get(2)? })
}

pub(super) fn token(row: &Row<'_>) -> Result<Token> {
    Ok(Token {
        name: parsed(row, 0)?,
        hash: row.get(1)?,
        roles: Roles::from_number(whole(row, 2)?).ok_or_else(|| misfit(2, Type::Integer, "no roles"))?,
        made: time(row, 3)?,
        expires: optional_time(row, 4)?,
        used: optional_time(row, 5)?,
        revoked: optional_time(row, 6)?,
    })
}

/// What is revoked as columns: its kind and its name.
pub(super) const fn named(what: &Revoked) -> (u8, &[u8; 16]) {
    match what {
        Revoked::Key(KeyId(name)) => (1, name),
        Revoked::Document(Cti(name)) => (2, name),
    }
}

pub(super) fn audit(row: &Row<'_>) -> Result<AuditRow> {
    Ok(AuditRow {
        number: whole(row, 0)?,
        at: time(row, 1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        subject: row.get(4)?,
        detail: row.get(5)?,
    })
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
pub(super) fn hashes(fingerprint: &Fingerprint) -> [Option<&[u8; 8]>; 6] {
    Component::ALL.map(|component| fingerprint.component(component))
}

fn policy(row: &Row<'_>, from: usize) -> Result<Policy> {
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
    })
}

fn fingerprint(row: &Row<'_>, from: usize) -> Result<Fingerprint> {
    let mut hashes = Vec::with_capacity(6);
    for (offset, component) in Component::ALL.into_iter().enumerate() {
        if let Some(hash) = row.get::<_, Option<[u8; 8]>>(from + offset)? {
            hashes.push((component, hash));
        }
    }
    Fingerprint::new(hashes).map_err(|error| misfit(from, Type::Blob, error))
}

fn number(row: &Row<'_>, at: usize) -> Result<ProductNumber> {
    whole(row, at)?.try_into().map_err(|error| misfit(at, Type::Integer, error))
}

fn time(row: &Row<'_>, at: usize) -> Result<Timestamp> {
    whole(row, at).map(Timestamp::from_unix)
}

fn span(row: &Row<'_>, at: usize) -> Result<Span> {
    whole(row, at).map(Span::seconds)
}

fn optional_time(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>> {
    optional(row, at, time)
}

fn optional_text(row: &Row<'_>, at: usize) -> Result<Option<Text>> {
    optional(row, at, parsed)
}

fn optional<T>(row: &Row<'_>, at: usize, read: impl Fn(&Row<'_>, usize) -> Result<T>) -> Result<Option<T>> {
    match row.get_ref(at)?.data_type() {
        Type::Null => Ok(None),
        Type::Integer | Type::Real | Type::Text | Type::Blob => read(row, at).map(Some),
    }
}

fn parsed<T: FromStr<Err: Display>>(row: &Row<'_>, at: usize) -> Result<T> {
    row.get::<_, String>(at)?.parse().map_err(|error| misfit(at, Type::Text, error))
}

fn misfit(at: usize, found: Type, error: impl Display) -> rusqlite::Error {
    FromSqlConversionFailure(at, found, error.to_string().into())
}
