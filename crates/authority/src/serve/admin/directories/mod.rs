//! The directories that product keys have activated.

pub(super) mod list;
pub(super) mod show;

use leasehold_core::Timestamp;
use leasehold_dashboard::authority::data;

use crate::activations::Activated;

impl From<&Activated> for data::Directory {
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
