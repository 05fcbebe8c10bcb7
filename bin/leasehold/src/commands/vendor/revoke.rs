//! `leasehold vendor revoke`: by the bare name. Hosts, product keys and authorities have commands of their own.

use clap::Args;
use leasehold_authority::revocations::{Target, Withdrawal};
use leasehold_client::SystemRng;
use leasehold_core::{Cti, KeyId};
use leasehold_store::authority::Revoked;
use serde_json::{Value, json};

use super::{Passphrase, VendorContext, failed};
use crate::failure::Failure;
use crate::output::{self, Output};

/// Revoke machines' device keys or documents, by their names. What is revoked stays so.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub(crate) struct Revoke {
    /// A machine's device key, as `leasehold host clients` shows it.
    #[arg(long, value_name = "ID", group = "what")]
    device: Vec<KeyId>,
    /// A document's cti, as `leasehold inspect` shows it.
    #[arg(long, value_name = "CTI", group = "what")]
    document: Vec<Cti>,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let devices = self.device.into_iter().map(Target::Key);
        let targets: Vec<Target> = devices.chain(self.document.into_iter().map(Target::Document)).collect();
        run(context, &targets, &self.passphrase, output)
    }
}

/// Revokes `targets` and says what is on the list now.
pub(super) fn run(
    context: &VendorContext,
    targets: &[Target],
    passphrase: &Passphrase,
    output: Output,
) -> Result<(), Failure> {
    let authority = context.authority(passphrase)?;
    let revoked = authority.revoke(targets, context.stamp(), &SystemRng);
    let Withdrawal { added, list } = revoked.map_err(|error| failed(&error))?;
    let number = list.map(|list| list.number);
    match output {
        Output::Json => {
            let added: Vec<Value> = added.iter().map(value).collect();
            output::json(&json!({ "revoked": added, "list": number }));
        }
        Output::Human if added.is_empty() => errln!("nothing was added to the revocation list"),
        Output::Human => added.iter().for_each(|what| outln!("revoked {}", words(what))),
    }
    if let Some(number) = number.filter(|_| !added.is_empty()) {
        errln!("revocation list {number} says so to every host that has it");
        errln!("next: leasehold vendor revocations -o list.lh, then on each host: leasehold host install list.lh");
        if targets.iter().any(|target| matches!(target, Target::Directory(_))) {
            errln!("and on machines, which read the directory and ask no host: leasehold client install list.lh");
        }
    }
    Ok(())
}

/// What is revoked, in JSON.
pub(super) fn value(what: &Revoked) -> Value {
    let (kind, name) = named(what);
    json!({ "kind": kind, "name": name })
}

/// Its kind and its name.
pub(super) fn named(what: &Revoked) -> (&'static str, String) {
    match what {
        Revoked::Key(id) => ("key", id.to_string()),
        Revoked::Document(cti) => ("document", cti.to_string()),
    }
}

fn words(what: &Revoked) -> String {
    let (kind, name) = named(what);
    format!("{kind} {name}")
}
