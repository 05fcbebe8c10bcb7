//! `leasehold client sign-out`: gives the user's lease back and forgets the tokens.

use clap::Args;
use leasehold_client::{Released, SignedOut};
use serde_json::json;

use super::args::{NetworkArgs, StateArgs};
use super::{outcome, report};
use crate::failure::Failure;
use crate::output::{self, Output};

/// Give the user's lease back to the host, and forget the tokens.
///
/// Where the host does not answer, the lease is still held and the user still signed in: run the command again.
#[derive(Debug, Args)]
pub(crate) struct SignOut {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    network: NetworkArgs,
}

impl SignOut {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&self.network)?;
        let out = client.sign_out();
        report::warn(&client.notes(), output);
        let SignedOut { signed_in, released } = out.map_err(|error| outcome::failure(&error))?;
        let lease = match released {
            Some(Released::Refused(refused)) => return Err(outcome::refusal(&client, &refused)),
            Some(Released::Told { host, lease, passed_over }) => {
                report::warn_of_hosts(&passed_over, output);
                Some((host.to_string(), lease.to_string()))
            }
            Some(Released::NothingHeld | Released::PlaceKept | Released::Forgotten) | None => None,
        };
        let product = client.manifest().product;
        match (output, &signed_in) {
            (Output::Json, _) => output::json(&json!({
                "product": product.as_str(),
                "signed_out": signed_in.is_some(),
                "issuer": signed_in.as_ref().map(|user| user.issuer.as_str()),
                "host": lease.as_ref().map(|(host, _)| host),
                "lease": lease.as_ref().map(|(_, lease)| lease),
            })),
            (Output::Human, None) => outln!("{product}: no user had signed in"),
            (Output::Human, Some(user)) => match &lease {
                Some((host, _)) => {
                    outln!("{product}: signed out of {}; the lease was given back to host {host}", user.issuer);
                }
                None => outln!("{product}: signed out of {}; there was no lease to give back", user.issuer),
            },
        }
        Ok(())
    }
}
