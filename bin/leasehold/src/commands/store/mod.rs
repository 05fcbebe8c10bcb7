//! `leasehold store`: what can be done with a store whichever kind it is, and wherever it is.

mod check;
mod copy;
mod migrate;

use clap::Subcommand;

use leasehold_core::Code;

use crate::failure::Failure;
use crate::output::Output;
use crate::stores::StoreLocation;

#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Bring a store's schema up to date.
    Migrate(migrate::Migrate),
    /// Check that a store is whole.
    Check(check::Check),
    /// Copy a store into an empty one, from SQLite to PostgreSQL or back.
    Copy(copy::Copy),
}

impl Store {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Migrate(command) => command.run(output),
            Self::Check(command) => command.run(output),
            Self::Copy(command) => command.run(output),
        }
    }
}

/// There is no store at this location.
pub(crate) fn nothing(location: &StoreLocation) -> Failure {
    Failure::refused(Code::NotInitialised, format!("{location}: there is no store here"))
        .hint("name the folder of a host or vendor, or the address of its database")
}
