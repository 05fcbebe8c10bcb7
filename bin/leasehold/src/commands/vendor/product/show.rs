//! `leasehold vendor product show`.

use clap::Args;
use leasehold_core::ProductId;

use super::{entry, fields};
use crate::commands::vendor::VendorContext;
use crate::failure::Failure;
use crate::output::{self, Output};

/// One product.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The product's id.
    id: ProductId,
}

impl Show {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let entry = entry(context, &self.id)?;
        match output {
            Output::Json => output::json(&entry.value()),
            Output::Human => {
                entry.print();
                let rows: Vec<_> = fields(&entry.product).into_iter().skip(1).collect();
                outln!("");
                output::rows(&rows.into_iter().map(|(name, words)| (name.to_owned(), words)).collect::<Vec<_>>());
            }
        }
        Ok(())
    }
}
