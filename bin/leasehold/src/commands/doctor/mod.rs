//! `leasehold doctor`: finds why a client is not activated, and says what to do.

use clap::Args;

use super::client::args::{NetworkArgs, StateArgs};
use super::findings;
use crate::failure::Failure;
use crate::output::Output;

/// Find why this machine is not activated, and what to do.
///
/// Looks at the state directory, the clock, DNS and every host, and changes nothing there. Exit status 1 where a failure
/// was found; the last line names the most likely cause. `leasehold doctor --host`, without an address, looks at the
/// host that runs here: see `leasehold host doctor --help`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    network: NetworkArgs,
    /// Ask for a lease too, as the client would: this counts the machine, and may change its standing.
    #[arg(long)]
    ask: bool,
}

impl Doctor {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&self.network)?;
        let diagnosis = if self.ask { client.diagnose_after(&client.activate()) } else { client.diagnose() };
        findings::report(&diagnosis.findings, diagnosis.cause(), output)
    }
}
