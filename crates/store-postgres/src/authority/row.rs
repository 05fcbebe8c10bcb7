//! Rows of PostgreSQL as values, and values as columns.

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
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::failure::Fault;

/// A parameter of a statement.
pub(super) type Parameter<'p> = &'p (dyn ToSql + Sync);

type Result<T> = std::result::Result<T, Fault>;

pub(super) fn vendor(row: &Row) -> Result<Vendor> {
    Ok(Vendor { name: parsed(row, 0)?, root: PublicKey(bytes(row, 1)?), made: time(row, 2)? })
}

pub(super) fn authority_certificate(row: &Row) -> Result<AuthorityCertificate> {
    Ok(AuthorityCertificate {
        authority: key_id(row)?,
        not_before: time(row, 1)?,
        expires: time(row, 2)?,
        document: row.try_get(3)?,
    })
}

pub(super) fn family(row: &Row) -> Result<Family> {
    let (id, number, withdrawn) = (parsed(row, 0)?, number(row, 1)?, optional_time(row, 2)?);
    Ok(Family { id, number, policy: policy(row, 3)?, withdrawn })
}

pub(super) fn product(row: &Row) -> Result<Product> {
    Ok(Product {
        id: parsed(row, 0)?,
        number: number(row, 1)?,
        family: parsed(row, 2)?,
        title: parsed(row, 3)?,
        initial_grace: span(row, 4)?,
        drift: whole(row, 5)?,
        service: optional_text(row, 6)?,
        mode: Mode::from_number(whole(row, 7)?).ok_or_else(|| Fault::damaged("no mode"))?,
        withdrawn: optional_time(row, 8)?,
    })
}

pub(super) fn key(row: &Row) -> Result<IssuedKey> {
    let (places, activations) = (whole(row, 2)?, whole(row, 3)?);
    let host = whole(row, 1)? == u64::from(KeyKind::Host.number());
    Ok(IssuedKey {
        public: PublicKey(bytes(row, 0)?),
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

pub(super) fn ordinals(row: &Row) -> Result<Ordinals> {
    Ok(Ordinals { place: whole(row, 0)?, activation: whole(row, 1)? })
}

pub(super) fn known(row: &Row) -> Result<Known> {
    Ok(Known { place: whole(row, 0)?, activations: whole(row, 1)?, fingerprint: fingerprint(row, 2)? })
}

pub(super) fn place(row: &Row) -> Result<Place> {
    Ok(Place {
        ordinals: ordinals(row)?,
        subject: PublicKey(bytes(row, 2)?),
        name: optional_text(row, 3)?,
        first: time(row, 4)?,
        last: time(row, 5)?,
        expires: optional_time(row, 6)?,
        document: row.try_get(7)?,
    })
}

/// As `place`, with the product key after it.
pub(super) fn activation(row: &Row) -> Result<(KeyId, Place)> {
    Ok((KeyId(bytes(row, 8)?), place(row)?))
}

pub(super) fn activated(row: &Row) -> Result<(u64, Activated)> {
    let activated = Activated {
        key: KeyId(bytes(row, 1)?),
        subject: PublicKey(bytes(row, 2)?),
        ordinals: Ordinals { place: whole(row, 3)?, activation: whole(row, 4)? },
        name: optional_text(row, 5)?,
        first: time(row, 6)?,
        last: time(row, 7)?,
        cti: Cti(bytes(row, 8)?),
        expires: optional_time(row, 9)?,
        document: row.try_get(10)?,
        fingerprint: fingerprint(row, 11)?,
    };
    Ok((whole(row, 0)?, activated))
}

pub(super) fn key_id(row: &Row) -> Result<KeyId> {
    bytes(row, 0).map(KeyId)
}

pub(super) fn revocation(row: &Row) -> Result<Revocation> {
    let what = match whole(row, 0)? {
        1 => Revoked::Key(KeyId(bytes(row, 1)?)),
        2 => Revoked::Document(Cti(bytes(row, 1)?)),
        _ => return Err(Fault::damaged("no kind of revocation")),
    };
    Ok(Revocation { what, at: time(row, 2)?, list: whole(row, 3)? })
}

pub(super) fn revocation_list(row: &Row) -> Result<RevocationList> {
    Ok(RevocationList { number: whole(row, 0)?, issued: time(row, 1)?, document: row.try_get(2)? })
}

pub(super) fn token(row: &Row) -> Result<Token> {
    Ok(Token {
        name: parsed(row, 0)?,
        hash: bytes(row, 1)?,
        roles: Roles::from_number(whole(row, 2)?).ok_or_else(|| Fault::damaged("no roles"))?,
        made: time(row, 3)?,
        expires: optional_time(row, 4)?,
        used: optional_time(row, 5)?,
        revoked: optional_time(row, 6)?,
    })
}

/// What is revoked as columns: its kind and its name.
pub(super) const fn named(what: &Revoked) -> (i64, &[u8]) {
    match what {
        Revoked::Key(KeyId(name)) => (1, name),
        Revoked::Document(Cti(name)) => (2, name),
    }
}

pub(super) fn audit(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        number: whole(row, 0)?,
        at: time(row, 1)?,
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        subject: row.try_get(4)?,
        detail: row.try_get(5)?,
    })
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
pub(super) fn columns(policy: &Policy) -> [Box<dyn ToSql + Sync>; 10] {
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
    ]
}

/// A fingerprint as columns, by component.
pub(super) fn hashes(fingerprint: &Fingerprint) -> [Option<&[u8]>; 6] {
    Component::ALL.map(|component| fingerprint.component(component).map(|hash| &hash[..]))
}

fn policy(row: &Row, from: usize) -> Result<Policy> {
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
    })
}

fn fingerprint(row: &Row, from: usize) -> Result<Fingerprint> {
    let mut hashes = Vec::with_capacity(6);
    for (offset, component) in Component::ALL.into_iter().enumerate() {
        if let Some(hash) = optional(row, from + offset, bytes)? {
            hashes.push((component, hash));
        }
    }
    Fingerprint::new(hashes).map_err(|_| Fault::damaged("a fingerprint"))
}

fn number(row: &Row, at: usize) -> Result<ProductNumber> {
    whole(row, at)?.try_into().map_err(|_| Fault::damaged("a number"))
}

fn time(row: &Row, at: usize) -> Result<Timestamp> {
    whole(row, at).map(Timestamp::from_unix)
}

fn span(row: &Row, at: usize) -> Result<Span> {
    whole(row, at).map(Span::seconds)
}

fn optional_time(row: &Row, at: usize) -> Result<Option<Timestamp>> {
    optional(row, at, time)
}

fn optional_text(row: &Row, at: usize) -> Result<Option<Text>> {
    optional(row, at, parsed)
}

fn optional<T>(row: &Row, at: usize, read: impl Fn(&Row, usize) -> Result<T>) -> Result<Option<T>> {
    // Of whatever type it is, null is told apart without reading it.
    if row.try_get::<_, Absent>(at)?.0 { Ok(None) } else { read(row, at).map(Some) }
}

fn parsed<T: FromStr>(row: &Row, at: usize) -> Result<T> {
    row.try_get::<_, &str>(at)?.parse().map_err(|_| Fault::damaged("a text"))
}

fn bytes<const N: usize>(row: &Row, at: usize) -> Result<[u8; N]> {
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
