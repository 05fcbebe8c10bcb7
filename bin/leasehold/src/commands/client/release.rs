//! `leasehold client release`: gives the lease back to the host.

use clap::Args;
use leasehold_client::Released;
use serde_json::json;

use super::args::{NetworkArgs, StateArgs};
use super::{outcome, report};
use crate::failure::Failure;
use crate::output::{self, Output};

/// Give the lease back to the host; the client asks for another only on request.
///
/// A lease of a multiple key is removed here alone: the machine keeps its place with the vendor.
#[derive(Debug, Args)]
pub(crate) struct Release {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

impl Release {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&self.network)?;
        let released = client.release();
        report::warn(&client.notes(), output);
        let (word, message) = match released.map_err(|error| outcome::failure(&error))? {
            Released::GivenBack { passed_over } => {
                report::warn_of_hosts(&passed_over, output);
                ("given-back", "the lease was given back")
            }
            Released::PlaceKept => (
                "place-kept",
                "the lease was removed; this machine keeps its place with the vendor, and may be activated again",
            ),
            Released::NothingHeld => ("nothing-held", "there was no lease to give back"),
            Released::Refused(refused) => return Err(outcome::refusal(&client, &refused)),
        };
        let product = client.manifest().product;
        match output {
            Output::Json => output::json(&json!({ "product": product.as_str(), "released": word })),
            Output::Human => outln!("{product}: {message}"),
        }
        Ok(())
    }
}
