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
/// The host signs no receipt: the lease is not used any more whatever the network answers, and running the command again tells the
/// host again, up to the lease's end.
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
        let product = client.manifest().product;
        let name = product.as_str();
        let (value, message) = match released.map_err(|error| outcome::failure(&error))? {
            Released::Told { host, lease, passed_over } => {
                report::warn_of_hosts(&passed_over, output);
                let (address, lease) = (host.to_string(), lease.to_string());
                let value =
                    json!({ "product": name, "released": "told", "proven": false, "host": address, "lease": lease });
                let told = format!(
                    "the lease is not used any more; host {host} was told so (not proven: it signs no receipt)"
                );
                (value, format!("{told}\nto tell it again, run `leasehold client release` again"))
            }
            Released::PlaceKept => {
                let kept =
                    "the lease was removed; this machine keeps its place with the vendor, and may be activated again";
                (json!({ "product": name, "released": "place-kept" }), kept.to_owned())
            }
            Released::Forgotten => {
                let forgotten = "the activation object was removed here; the directory keeps no count, and this machine may read it again";
                (json!({ "product": name, "released": "forgotten" }), forgotten.to_owned())
            }
            Released::NothingHeld => {
                let nothing = "there was no lease to give back".to_owned();
                (json!({ "product": name, "released": "nothing-held" }), nothing)
            }
            Released::Refused(refused) => return Err(outcome::refusal(&client, &refused)),
        };
        match output {
            Output::Json => output::json(&value),
            Output::Human => outln!("{product}: {message}"),
        }
        Ok(())
    }
}
