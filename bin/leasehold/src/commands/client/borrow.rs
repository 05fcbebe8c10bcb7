//! `leasehold client borrow`: a lease for days, for a machine that leaves the network.

use clap::Args;
use leasehold_core::Span;

use super::args::{NetworkArgs, StateArgs};
use super::outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::values;

/// Borrow a place: ask a host for a lease that lasts for so long, to be used without a network.
///
/// The vendor's licence says for how long one may be borrowed at most. Renewals keep what was borrowed; `leasehold client release`
/// gives it back earlier. Ends with 1 where the lease that was given is shorter.
#[derive(Debug, Args)]
pub(crate) struct Borrow {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    network: NetworkArgs,
    /// For how long: 3d, 12h.
    #[arg(long = "for", value_name = "DURATION", value_parser = values::some_span)]
    span: Span,
}

impl Borrow {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&self.network)?;
        let (answer, shortfall) = match client.borrow(self.span) {
            Ok(borrowed) => (Ok(borrowed.answer), borrowed.shortfall),
            Err(error) => (Err(error), None),
        };
        outcome::answer(&client, answer, output)?;
        let product = client.manifest().product;
        shortfall.map_or(Ok(()), |short| Err(Failure::refused(short.code(), format!("{product}: {short}"))))
    }
}
