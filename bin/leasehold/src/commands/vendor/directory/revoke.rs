//! `leasehold vendor directory revoke`.

use clap::Args;
use leasehold_authority::revocations::Target;

use crate::commands::vendor::{Passphrase, VendorContext, revoke};
use crate::failure::Failure;
use crate::ids::IdStart;
use crate::output::Output;

/// Put every activation object of a directory on the revocation list, for ever; its product key activates it no more.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The ids of the directories.
    #[arg(required = true, value_name = "ID")]
    ids: Vec<IdStart>,
    #[command(flatten)]
    passphrase: Passphrase,
}

impl Revoke {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        // Before the passphrase is asked for: a mistyped id needs none.
        let targets = self.ids.iter().map(|id| super::named(context, id).map(Target::Directory));
        let targets: Vec<Target> = targets.collect::<Result<_, _>>()?;
        revoke::run(context, &targets, &self.passphrase, output)
    }
}
