//! `leasehold vendor key`: the secret product keys that customers buy.

mod issue;
mod list;
mod revoke;
mod set;
mod show;
mod withdraw;

use clap::Subcommand;
use leasehold_authority::Changed;
use leasehold_authority::keys::KeyUse;
use leasehold_core::activation::Allowance;
use leasehold_core::{Span, Text, Timestamp};
use leasehold_store::authority::{Activation, IssuedKey};
use serde_json::{Value, json};

use super::before_after::{self, Field, or_none};
use super::{VendorContext, policy};
use crate::failure::Failure;
use crate::output::{self, Output};

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Issue a product key; it is shown this once.
    Issue(Box<issue::Issue>),
    /// The keys issued and what they have activated.
    List(list::List),
    /// Look a key up: whose it is, what it grants and which hosts it has activated.
    Show(show::Show),
    /// Change whose a key is, what it grants and how far it goes.
    Set(Box<set::Set>),
    /// Withdraw a key for ever: it activates and renews nothing more. What it has activated holds to its end.
    Withdraw(withdraw::Withdraw),
    /// Revoke a key with all that it has activated.
    Revoke(revoke::Revoke),
}

impl Key {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        match self {
            Self::Issue(command) => command.run(context, output),
            Self::List(command) => command.run(context, output),
            Self::Show(command) => command.run(context, output),
            Self::Set(command) => command.run(context, output),
            Self::Withdraw(command) => command.run(context, output),
            Self::Revoke(command) => command.run(context, output),
        }
    }
}

/// A key in JSON, without its secret.
fn value(usage: &KeyUse) -> Value {
    let mut value = value_of_key(&usage.key);
    value["places_taken"] = json!(usage.places_taken);
    value["hosts"] = usage.hosts.iter().map(host).collect();
    value
}

/// The key alone.
fn value_of_key(key: &IssuedKey) -> Value {
    let IssuedKey { public, family, last_five, customer, allowance, certificate_validity, issued, withdrawn, policy } =
        key;
    json!({
        "id": public.id().to_string(),
        "last_five": last_five.as_str(),
        "kind": allowance.kind().name(),
        "family": family.as_str(),
        "customer": customer.as_ref().map(Text::as_str),
        "issued": issued.unix(),
        "withdrawn": withdrawn.map(Timestamp::unix),
        "places": allowance.places(),
        "activations_each": allowance.activations(),
        "certificate_validity": certificate_validity.map(Span::as_seconds),
        "policy": policy::value(policy),
    })
}

/// What may change of a key.
fn fields(key: &IssuedKey) -> Vec<Field> {
    let places = match key.allowance {
        Allowance::Hosts { .. } => "hosts",
        Allowance::Machines { .. } => "machines",
    };
    let mut fields = vec![
        ("customer", or_none(key.customer.as_ref())),
        (places, key.allowance.places().to_string()),
        ("activations of each", key.allowance.activations().to_string()),
    ];
    fields.push(("certificate validity", or_none(key.certificate_validity)));
    fields.extend(policy::fields(&key.policy));
    fields.push(("withdrawn", or_none(key.withdrawn.map(output::time))));
    fields
}

fn print_changed(changed: &Changed<IssuedKey>, output: Output) {
    let Changed { before, after } = changed;
    let what = format!("product key …{} ({})", after.last_five, after.public.id());
    before_after::print(&what, (fields(before), fields(after)), [value_of_key(before), value_of_key(after)], output);
}

fn host(activation: &Activation) -> Value {
    json!({
        "ordinal": activation.ordinals.place,
        "activations": activation.ordinals.activation,
        "host": activation.subject.id().to_string(),
        "name": activation.name.as_ref().map(Text::as_str),
        "first": activation.first.unix(),
        "last": activation.last.unix(),
        "expires": activation.expires.map(Timestamp::unix),
    })
}
