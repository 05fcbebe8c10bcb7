//! What stands in each row.

use leasehold_core::{Policy, Span, Text, Timestamp};
use leasehold_store::authority::IssuedKey;

use crate::activations::Activated;
use crate::keys::Counts;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    None,
    Number(u64),
    Time(Timestamp),
    /// A word of ours.
    Word(String),
    /// A text that was typed, which may look like a formula.
    Text(String),
    /// Several such.
    Texts(Vec<String>),
}

/// Values by column.
pub(super) type Row = Vec<Cell>;

pub(super) const KEY: [&str; 20] = [
    "key",
    "last_five",
    "kind",
    "family",
    "customer",
    "issued",
    "withdrawn",
    "places",
    "activations_each",
    "threshold",
    "window",
    "validity",
    "renewal",
    "retry",
    "grace",
    "capacity",
    "devices",
    "drift",
    "end",
    "features",
];

pub(super) const USAGE: [&str; 22] = [
    "key",
    "last_five",
    "kind",
    "family",
    "customer",
    "issued",
    "withdrawn",
    "places_taken",
    "places",
    "activations_taken",
    "activations_each",
    "threshold",
    "window",
    "validity",
    "renewal",
    "retry",
    "grace",
    "capacity",
    "devices",
    "drift",
    "end",
    "features",
];

pub(super) const PLACE: [&str; 12] = [
    "key",
    "last_five",
    "customer",
    "family",
    "ordinal",
    "activation",
    "subject",
    "name",
    "first",
    "last",
    "expires",
    "revoked",
];

pub(super) fn key(key: &IssuedKey) -> Row {
    let allowed = [key.allowance.places(), key.allowance.activations()].map(Cell::Number);
    about(key).into_iter().chain(allowed).chain(policy(&key.policy)).collect()
}

pub(super) fn usage(key: &IssuedKey, taken: Counts) -> Row {
    let Counts { places, activations } = taken;
    let counts = [places, key.allowance.places(), activations, key.allowance.activations()].map(Cell::Number);
    about(key).into_iter().chain(counts).chain(policy(&key.policy)).collect()
}

pub(super) fn place(activated: &Activated) -> Row {
    let Activated { key, activation, revoked, .. } = activated;
    vec![
        Cell::Word(key.public.id().to_string()),
        Cell::Word(key.last_five.to_string()),
        text(key.customer.as_ref()),
        Cell::Word(key.family.to_string()),
        Cell::Number(activation.ordinals.place),
        Cell::Number(activation.ordinals.activation),
        Cell::Word(activation.subject.id().to_string()),
        text(activation.name.as_ref()),
        Cell::Time(activation.first),
        Cell::Time(activation.last),
        time(activation.expires),
        Cell::Word(if *revoked { "yes" } else { "no" }.to_owned()),
    ]
}

fn about(key: &IssuedKey) -> [Cell; 7] {
    [
        Cell::Word(key.public.id().to_string()),
        Cell::Word(key.last_five.to_string()),
        Cell::Word(key.allowance.kind().name().to_owned()),
        Cell::Word(key.family.to_string()),
        text(key.customer.as_ref()),
        Cell::Time(key.issued),
        time(key.withdrawn),
    ]
}

fn policy(policy: &Policy) -> [Cell; 11] {
    let span = |span: Span| Cell::Number(span.as_seconds());
    [
        Cell::Number(policy.threshold),
        span(policy.window),
        span(policy.validity),
        span(policy.renewal),
        span(policy.retry),
        span(policy.grace),
        policy.capacity.map_or(Cell::None, Cell::Number),
        policy.devices.map_or(Cell::None, Cell::Number),
        Cell::Number(policy.drift),
        time(policy.end),
        Cell::Texts(policy.features.iter().map(ToString::to_string).collect()),
    ]
}

fn text(text: Option<&Text>) -> Cell {
    text.map_or(Cell::None, |text| Cell::Text(text.to_string()))
}

fn time(time: Option<Timestamp>) -> Cell {
    time.map_or(Cell::None, Cell::Time)
}
