//! `leasehold vendor key`: the secret product keys that customers buy.

mod issue;
mod list;
mod show;

use clap::Subcommand;
use leasehold_authority::keys::KeyUse;
use leasehold_core::{Text, Timestamp};
use leasehold_store::authority::{IssuedKey, Place};
use serde_json::{Value, json};

use super::{Shop, policy};
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Issue a product key; it is shown this once.
    Issue(Box<issue::Issue>),
    /// The keys issued and what they have activated.
    List,
    /// Look a key up by the key itself: whose it is and which hosts it has activated.
    Show(show::Show),
}

impl Key {
    pub(super) fn run(self, shop: &Shop, output: Output) -> Result<(), Failure> {
        match self {
            Self::Issue(command) => command.run(shop, output),
            Self::List => list::run(shop, output),
            Self::Show(command) => command.run(shop, output),
        }
    }
}

/// A key in JSON, without its secret.
fn value(usage: &KeyUse) -> Value {
    let IssuedKey { public, family, last_five, customer, allowance, issued, revoked, .. } = &usage.key;
    json!({
        "id": public.id().to_string(),
        "last_five": last_five.as_str(),
        "kind": allowance.kind().name(),
        "family": family.as_str(),
        "customer": customer.as_ref().map(Text::as_str),
        "issued": issued.unix(),
        "revoked": revoked.map(Timestamp::unix),
        "places": allowance.places(),
        "places_taken": usage.places_taken,
        "activations_each": allowance.activations(),
        "hosts": usage.hosts.iter().map(host).collect::<Vec<_>>(),
        "policy": policy::value(&usage.key.policy),
    })
}

fn host(place: &Place) -> Value {
    json!({
        "ordinal": place.ordinals.place,
        "activations": place.ordinals.activation,
        "host": place.subject.id().to_string(),
        "name": place.name.as_ref().map(Text::as_str),
        "first": place.first.unix(),
        "last": place.last.unix(),
        "expires": place.expires.map(Timestamp::unix),
    })
}
