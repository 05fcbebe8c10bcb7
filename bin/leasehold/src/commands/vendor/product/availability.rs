//! `leasehold vendor product withdraw` and `restore`.

use clap::Args;
use leasehold_authority::products::{self, Availability};
use leasehold_core::ProductId;

use crate::commands::vendor::{VendorContext, failed};
use crate::failure::Failure;
use crate::output::Output;

/// Which product.
#[derive(Debug, Args)]
pub(crate) struct Change {
    /// The product's id.
    id: ProductId,
}

impl Change {
    pub(super) fn run(
        self,
        context: &VendorContext,
        availability: Availability,
        output: Output,
    ) -> Result<(), Failure> {
        let changed = products::set_availability(&*context.store, &self.id, availability, context.stamp())
            .map_err(|error| failed(&error))?;
        super::print_changed(&changed, output);
        if availability == Availability::Withdrawn {
            errln!("certificates and leases that have it hold to their end");
        }
        Ok(())
    }
}
