//! `leasehold client activate`: asks a host for a lease now.

use clap::Args;

use super::outcome;
use super::place::{Network, Place};
use crate::failure::Failure;
use crate::output::Output;

/// Ask a host for a lease now.
#[derive(Debug, Args)]
pub(crate) struct Activate {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    network: Network,
}

impl Activate {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.place.open(&self.network)?;
        outcome::answer(&client, client.activate(), output)
    }
}
