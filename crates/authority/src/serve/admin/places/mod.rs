//! The hosts and machines that product keys have activated.

pub(super) mod list;
pub(super) mod show;

use leasehold_core::Timestamp;
use leasehold_store::authority::{Fork, Tip};
use serde::Serialize;
use utoipa::ToSchema;

use crate::activations::Activated;

/// A host or machine, with one of its key pairs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Place)]
pub(super) struct PlaceView {
    /// The product key that has activated it.
    key: String,
    /// Which of the product key's hosts or machines it is, from 1.
    ordinal: u64,
    /// Which of its key pairs this is, from 1.
    activation: u64,
    /// The name of the key pair.
    subject: String,
    /// What a host is called.
    #[schema(required)]
    name: Option<String>,
    /// When this key pair was first activated, in seconds since 1970.
    first: u64,
    /// When it was last answered.
    last: u64,
    /// When that answer ends; null is never.
    #[schema(required)]
    expires: Option<u64>,
    /// Whether the revocation list names it.
    revoked: bool,
    /// The newest seal that a host has named; null where it has named none.
    #[schema(required)]
    tip: Option<TipView>,
    /// Where two copies of a host have renewed, or one restored from a backup; null where none have.
    #[schema(required)]
    forked: Option<ForkView>,
}

/// A seal of a host.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tip)]
pub(super) struct TipView {
    number: u64,
    /// In hexadecimal digits.
    seal: String,
}

/// A fork of a host.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fork)]
pub(super) struct ForkView {
    /// When it was noticed, in seconds since 1970.
    at: u64,
    /// The seal that the request before had named.
    expected: TipView,
    /// The seal that was named instead; null where none was.
    #[schema(required)]
    reported: Option<TipView>,
}

impl From<&Activated> for PlaceView {
    fn from(activated: &Activated) -> Self {
        let Activated { key, activation, revoked, report } = activated;
        Self {
            key: key.public.id().to_string(),
            ordinal: activation.ordinals.place,
            activation: activation.ordinals.activation,
            subject: activation.subject.id().to_string(),
            name: activation.name.as_ref().map(ToString::to_string),
            first: activation.first.unix(),
            last: activation.last.unix(),
            expires: activation.expires.map(Timestamp::unix),
            revoked: *revoked,
            tip: report.map(|report| report.tip.into()),
            forked: report.and_then(|report| report.fork).map(ForkView::from),
        }
    }
}

impl From<Tip> for TipView {
    fn from(tip: Tip) -> Self {
        let seal = tip.seal.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        Self { number: tip.number, seal }
    }
}

impl From<Fork> for ForkView {
    fn from(fork: Fork) -> Self {
        let Fork { at, expected, reported } = fork;
        Self { at: at.unix(), expected: expected.into(), reported: reported.map(TipView::from) }
    }
}
