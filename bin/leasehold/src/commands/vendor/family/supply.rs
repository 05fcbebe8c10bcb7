//! `leasehold vendor family revoke` and `restore`.

use clap::Args;
use leasehold_authority::families;
use leasehold_authority::products::Supply as Wanted;
use leasehold_core::FamilyId;

use crate::commands::vendor::{Shop, failed, stamp};
use crate::failure::Failure;
use crate::output::Output;

/// Which family.
#[derive(Debug, Args)]
pub(crate) struct Supply {
    /// The family's id.
    id: FamilyId,
}

impl Supply {
    pub(super) fn run(self, shop: &Shop, wanted: Wanted, output: Output) -> Result<(), Failure> {
        let changed = families::supply(&*shop.store, &self.id, wanted, stamp()).map_err(|error| failed(&error))?;
        super::print_changed(&changed, output);
        if wanted == Wanted::Withdrawn {
            anstream::eprintln!("certificates and leases that have it hold to their end");
        }
        Ok(())
    }
}
