//! `leasehold client renew`: renews the lease now.

use clap::Args;

use super::args::{NetworkArgs, StateArgs};
use super::outcome;
use crate::failure::Failure;
use crate::output::Output;

/// Renew the lease now. One of a multiple key has no end: it is looked whether the vendor has withdrawn it.
#[derive(Debug, Args)]
pub(crate) struct Renew {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

impl Renew {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&self.network)?;
        outcome::answer(&client, client.renew(), output)
    }
}
