//! The hosts and machines that product keys have activated.

pub(super) mod list;
pub(super) mod show;

use leasehold_core::Timestamp;
use leasehold_dashboard::authority::data;
use leasehold_store::authority::{Fork, Tip};

use crate::activations::Activated;

impl From<&Activated> for data::Place {
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
            tip: report.map(|report| tip(report.tip)),
            forked: report.and_then(|report| report.fork).map(fork),
        }
    }
}

fn tip(tip: Tip) -> data::Tip {
    let seal = tip.seal.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    data::Tip { number: tip.number, seal }
}

fn fork(fork: Fork) -> data::Fork {
    let Fork { at, expected, reported } = fork;
    data::Fork { at: at.unix(), expected: tip(expected), reported: reported.map(tip) }
}
