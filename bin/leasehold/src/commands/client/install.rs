//! `leasehold client install`: takes the vendor's answer to a request that was carried.

use std::path::PathBuf;

use clap::Args;
use leasehold_client::{Error, Failure as Refused};

use super::args::{NetworkArgs, StateArgs};
use super::{outcome, report};
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Install the vendor's answer to this machine's request.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The lease; `-` is standard input.
    file: PathBuf,
    #[command(flatten)]
    state: StateArgs,
}

impl Install {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let lease = input::file(&self.file)?;
        let client = self.state.open(&NetworkArgs::default())?;
        let before = client.status();
        client.install(&lease).map_err(|error| {
            let failure = outcome::failure(&error).of(&self.file);
            match error {
                Error::Lease(Refused::OtherLease(_)) => failure.hint(
                    "install the answer to this machine's own request: `leasehold client request` makes one, and nothing more is used up",
                ),
                _ => failure,
            }
        })?;
        report::warn_of_a_lease_replaced(&before, output);
        report::print(&client, &client.status(), output);
        Ok(())
    }
}
