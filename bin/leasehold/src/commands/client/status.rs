//! `leasehold client status`: what the product may do on this machine, and why.

use clap::Args;
use leasehold_core::Standing;

use super::args::{NetworkArgs, StateArgs};
use super::report;
use crate::failure::Failure;
use crate::output::Output;

/// What the product may do on this machine, and why; exit status 1 when it is reduced.
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    state: StateArgs,
}

impl Status {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&NetworkArgs::default())?;
        let status = client.status();
        report::print(&client, &status, output);
        match status.effective_standing() {
            Standing::Reduced { why } => {
                let reason = report::reason(&status.standing).unwrap_or(why.code().name());
                Err(Failure::refused(why.code(), format!("{}: reduced: {reason}", client.manifest().product)))
            }
            Standing::Unactivated { .. } | Standing::Licensed { .. } | Standing::Grace { .. } => Ok(()),
        }
    }
}
