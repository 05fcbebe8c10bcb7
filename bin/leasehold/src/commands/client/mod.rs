//! `leasehold client`: a machine that runs a product.

mod activate;
mod generalize;
mod names;
pub(crate) mod outcome;
pub(crate) mod place;
mod release;
mod renew;
mod report;
mod status;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Ask a host for a lease now.
    Activate(activate::Activate),
    /// What the product may do on this machine, and why.
    Status(status::Status),
    /// Renew the lease now.
    Renew(renew::Renew),
    /// Give the lease back to the host.
    Release(release::Release),
    /// Make an image ready: remove device keys and leases.
    Generalize(generalize::Generalize),
}

impl Client {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Activate(command) => command.run(output),
            Self::Status(command) => command.run(output),
            Self::Renew(command) => command.run(output),
            Self::Release(command) => command.run(output),
            Self::Generalize(command) => command.run(output),
        }
    }
}
