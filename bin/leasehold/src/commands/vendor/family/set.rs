//! `leasehold vendor family set`.

use clap::Args;
use leasehold_authority::families;
use leasehold_core::FamilyId;

use crate::commands::vendor::policy::{self, PolicyOptions};
use crate::commands::vendor::{VendorContext, failed, stamp};
use crate::failure::Failure;
use crate::output::Output;

/// Change what the keys issued from now on grant unless they say otherwise.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The family's id.
    id: FamilyId,
    #[command(flatten)]
    policy: PolicyOptions,
}

impl Set {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        if self.policy == PolicyOptions::default() {
            return Err(Failure::failed("usage", "there is nothing to change").hint("give at least one option"));
        }
        let changed = families::change(&*context.store, &self.id, &self.policy.change(), stamp());
        let changed = changed.map_err(|error| failed(&error))?;
        super::print_changed(&changed, output);
        if !changed.is_nothing() {
            policy::warn_of_validity(&changed.after.policy);
        }
        if !changed.is_nothing() {
            errln!("keys that are issued stay as they are: `leasehold vendor key set` changes one");
        }
        Ok(())
    }
}
