//! The hosts and machines that product keys have activated.

pub(super) mod list;
pub(super) mod show;

use leasehold_core::Timestamp;
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
}

impl From<&Activated> for PlaceView {
    fn from(activated: &Activated) -> Self {
        let Activated { key, activation, revoked } = activated;
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
        }
    }
}
