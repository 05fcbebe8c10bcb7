//! `leasehold vendor directory`: the directories that host keys have activated.

mod list;
mod revoke;
mod show;

use clap::Subcommand;
use leasehold_authority::activations::{self, Activated};
use leasehold_core::{Code, DirectoryId, Text, Timestamp};
use leasehold_wire::{ActivationObject, Envelope};
use serde_json::{Value, json};

use super::{VendorContext, failed};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum DirectoryCommand {
    /// The directories that were activated, oldest first.
    List(list::List),
    /// One of them, by its id: when it was activated, and the latest activation object.
    Show(show::Show),
    /// Put every activation object of a directory on the revocation list; its key is answered no more.
    Revoke(revoke::Revoke),
}

impl DirectoryCommand {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, output),
            Self::Show(command) => command.run(context, output),
            Self::Revoke(command) => command.run(context, output),
        }
    }
}

/// The directory that is meant.
fn named(context: &VendorContext, start: &IdStart) -> Result<DirectoryId, Failure> {
    let all = activations::directories(&*context.store, None).map_err(|error| failed(&error))?;
    let ids = all.iter().filter_map(|activated| activated.activation.directory);
    let unknown =
        || Failure::refused(Code::UnknownDirectory, format!("directory {start}: no product key has activated it"));
    start.find("directory", ids)?.ok_or_else(unknown)
}

fn value(activated: &Activated) -> Value {
    let Activated { key, activation, revoked, report: _ } = activated;
    let object = document(&activation.document);
    json!({
        "directory": activation.directory.map(|id| id.to_string()),
        "name": activation.name.as_ref().map(Text::as_str),
        "key": key.public.id().to_string(),
        "last_five": key.last_five.as_str(),
        "customer": key.customer.as_ref().map(Text::as_str),
        "family": key.family.as_str(),
        "ordinal": activation.ordinals.place,
        "activation_ordinal": activation.ordinals.activation,
        "subject": activation.subject.id().to_string(),
        "first": activation.first.unix(),
        "last": activation.last.unix(),
        "expires": activation.expires.map(Timestamp::unix),
        "revoked": revoked,
        "document": object.map(|(cti, signer)| json!({ "cti": cti, "signer": signer })),
    })
}

/// The name of an activation object and of its signer.
fn document(bytes: &[u8]) -> Option<(String, String)> {
    let envelope = Envelope::parse(bytes).ok()?;
    Some((envelope.document::<ActivationObject>().ok()?.cti.to_string(), envelope.kid.to_string()))
}

fn status(activated: &Activated) -> &'static str {
    if activated.revoked { "revoked" } else { "activated" }
}
