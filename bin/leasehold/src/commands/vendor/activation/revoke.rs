//! `leasehold vendor host revoke` and `leasehold vendor machine revoke`.

use clap::Args;
use leasehold_authority::activations;
use leasehold_authority::revocations::Target;
use leasehold_core::KeyId;

use crate::commands::vendor::{Passphrase, VendorContext, failed, revoke};
use crate::failure::Failure;
use crate::output::Output;

/// Put key pairs on the revocation list, for ever; a mistake is mended by a new key pair, which takes no new place.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The names of the key pairs.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<KeyId>,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        for id in &self.ids {
            // Who mistypes a name need not give a passphrase for it.
            activations::find(&*context.store, *id).map_err(|error| failed(&error))?;
        }
        let targets: Vec<Target> = self.ids.into_iter().map(Target::Host).collect();
        revoke::run(context, &targets, &self.passphrase, output)
    }
}
