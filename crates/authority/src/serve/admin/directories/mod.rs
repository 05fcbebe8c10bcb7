//! The directories that product keys have activated.

pub(super) mod list;
pub(super) mod show;

use leasehold_core::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::activations::Activated;

/// A directory that a product key has activated, with its latest key pair.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Directory)]
pub(super) struct DirectoryView {
    /// Its id: what its server keeps it by.
    directory: String,
    /// What it is called.
    #[schema(required)]
    name: Option<String>,
    /// The product key that has activated it.
    key: String,
    /// Which of the product key's places it is, from 1; hosts have places of the same key.
    ordinal: u64,
    /// Which of its key pairs this is, from 1.
    activation: u64,
    /// The name of the key pair.
    subject: String,
    /// When this key pair was first activated, in seconds since 1970.
    first: u64,
    /// When it was last answered.
    last: u64,
    /// When the latest activation object ends.
    #[schema(required)]
    expires: Option<u64>,
    /// Whether the revocation list names it.
    revoked: bool,
}

impl From<&Activated> for DirectoryView {
    fn from(activated: &Activated) -> Self {
        let Activated { key, activation, revoked, report: _ } = activated;
        Self {
            directory: activation.directory.map(|id| id.to_string()).unwrap_or_default(),
            name: activation.name.as_ref().map(ToString::to_string),
            key: key.public.id().to_string(),
            ordinal: activation.ordinals.place,
            activation: activation.ordinals.activation,
            subject: activation.subject.id().to_string(),
            first: activation.first.unix(),
            last: activation.last.unix(),
            expires: activation.expires.map(Timestamp::unix),
            revoked: *revoked,
        }
    }
}
