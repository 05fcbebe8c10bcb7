//! `leasehold vendor key withdraw`.

use clap::Args;
use leasehold_authority::{KeyName, keys};

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::Output;

/// Withdraw a key for ever: it activates and renews nothing more. What it has activated holds to its end.
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    /// The key's id or last five characters.
    name: KeyName,
}

impl Withdraw {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let changed = keys::withdraw(&*context.store, &self.name, context.stamp()).map_err(|error| failed(&error))?;
        super::print_changed(&changed, output);
        errln!("what it has activated holds to its end; `leasehold vendor key revoke` ends that too");
        Ok(())
    }
}
