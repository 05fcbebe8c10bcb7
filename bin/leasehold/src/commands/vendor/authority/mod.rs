//! `leasehold vendor authority`: the key that signs, and what follows it.

mod list;
mod revoke;
mod rotate;

use clap::Subcommand;

use super::VendorContext;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Authority {
    /// The authorities that the root has certified.
    List(list::List),
    /// Make another authority key, certified by the root, in the place of the one there is.
    Rotate(rotate::Rotate),
    /// Revoke a former authority: nothing that it has signed holds any more.
    Revoke(revoke::Revoke),
}

impl Authority {
    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(context, output),
            Self::Rotate(command) => command.run(context, output),
            Self::Revoke(command) => command.run(context, output),
        }
    }
}
