//! `leasehold vendor host revoke` and `leasehold vendor machine revoke`.

use clap::Args;
use leasehold_authority::revocations::Target;

use crate::commands::vendor::{Passphrase, VendorContext, revoke};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::output::Output;

/// Put key pairs on the revocation list, for ever; a mistake is mended by a new key pair, which takes no new place.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The names of the key pairs.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<IdStart>,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        // Before the passphrase is asked for: a mistyped name needs none.
        let targets = self.ids.iter().map(|id| super::named(context, id).map(Target::Host));
        let targets: Vec<Target> = targets.collect::<Result<_, _>>()?;
        revoke::run(context, &targets, &self.passphrase, output)
    }
}
