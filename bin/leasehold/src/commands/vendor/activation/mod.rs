//! `leasehold vendor host` and `leasehold vendor machine`: whom product keys have activated.

mod list;
mod revoke;
mod show;

use clap::Subcommand;
use leasehold_authority::activations::{self, Activated};
use leasehold_authority::{KeyName, keys};
use leasehold_core::{Code, KeyId, KeyKind, Text, Timestamp};
use leasehold_store::authority::Tip;
use leasehold_wire::{Envelope, HostCertificate, Lease, Typ};
use serde_json::{Value, json};

use super::{VendorContext, failed};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::output::{self, Output};

#[derive(Debug, Subcommand)]
pub(crate) enum ActivationCommand {
    /// Those that were activated, by product key, each with its latest key pair.
    List(list::List),
    /// One of them, by the name of its key pair: when it was activated, and the document it holds.
    Show(show::Show),
    /// Put key pairs on the revocation list: they are answered no more, and machines that have the list go on without them.
    Revoke(revoke::Revoke),
}

impl ActivationCommand {
    pub(super) fn run(self, context: &VendorContext, kind: KeyKind, output: Output) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, kind, output),
            Self::Show(command) => command.run(context, output),
            Self::Revoke(command) => command.run(context, output),
        }
    }
}

/// The key pair that is meant, among those that product keys have activated: a former one by all its digits alone.
fn named(context: &VendorContext, start: &IdStart) -> Result<KeyId, Failure> {
    if let Some(id) = start.whole().map(KeyId) {
        return activations::find(&*context.store, id).map(|_| id).map_err(|error| failed(&error));
    }
    let mut known = Vec::new();
    for usage in keys::list(&*context.store).map_err(|error| failed(&error))? {
        let (name, mut after) = (KeyName::Id(usage.key.public.id()), 0);
        loop {
            let page = activations::page(&*context.store, &name, after, PAGE).map_err(|error| failed(&error))?;
            let Some(last) = page.last() else { break };
            after = last.activation.ordinals.place;
            known.extend(page.iter().map(|activated| activated.activation.subject.id()));
        }
    }
    start.find("host or machine", known)?.ok_or_else(|| {
        let message = format!("host or machine {start}: no product key has activated it");
        Failure::refused(Code::UnknownHost, message)
    })
}

/// Activations that are looked at at a time.
const PAGE: u64 = 1_000;

fn value(activated: &Activated) -> Value {
    let Activated { key, activation, revoked, report } = activated;
    json!({
        "subject": activation.subject.id().to_string(),
        "name": activation.name.as_ref().map(Text::as_str),
        "key": key.public.id().to_string(),
        "last_five": key.last_five.as_str(),
        "customer": key.customer.as_ref().map(Text::as_str),
        "family": key.family.as_str(),
        "ordinal": activation.ordinals.place,
        "activation_ordinal": activation.ordinals.activation,
        "first": activation.first.unix(),
        "last": activation.last.unix(),
        "expires": activation.expires.map(Timestamp::unix),
        "revoked": revoked,
        "tip": report.map(|report| tip(report.tip)),
        "forked": report.and_then(|report| report.fork).map(|fork| json!({
            "at": fork.at.unix(),
            "expected": tip(fork.expected),
            "reported": fork.reported.map(tip),
        })),
        "document": document(&activation.document).map(|(cti, signer)| json!({ "cti": cti, "signer": signer })),
    })
}

fn tip(tip: Tip) -> Value {
    json!({ "number": tip.number, "seal": output::hex(&tip.seal) })
}

/// Whether it still counts.
fn status(activated: &Activated) -> &'static str {
    let forked = activated.report.is_some_and(|report| report.fork.is_some());
    match activated.revoked {
        true => "revoked",
        false if forked => "forked",
        false => "activated",
    }
}

/// The name of a document and of its signer.
fn document(bytes: &[u8]) -> Option<(String, String)> {
    let envelope = Envelope::parse(bytes).ok()?;
    let cti = if envelope.typ == Typ::Host {
        envelope.document::<HostCertificate>().ok()?.cti
    } else {
        envelope.document::<Lease>().ok()?.cti
    };
    Some((cti.to_string(), envelope.kid.to_string()))
}
