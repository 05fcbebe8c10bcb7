//! `leasehold client renew`: renews the lease now.

use clap::Args;

use super::outcome;
use super::place::{Network, Place};
use crate::failure::Failure;
use crate::output::Output;

/// Renew the lease now. One of a multiple key has no end: it is looked whether the vendor has withdrawn it.
#[derive(Debug, Args)]
pub(crate) struct Renew {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    network: Network,
}

impl Renew {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.place.open(&self.network)?;
        outcome::answer(&client, client.renew(), output)
    }
}
