//! `leasehold client request`: a request for a vendor or a host that cannot be reached from here.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::args::{NetworkArgs, StateArgs};
use super::outcome;
use crate::failure::Failure;
use crate::input;
use crate::out_file::DocumentOut;
use crate::output::Output;

/// Make a request for the vendor, who answers it with a lease without end: activation with a multiple key, without a network. Or one
/// for a host that this machine does not reach (`--for-host`).
///
/// The multiple key is asked for; it is neither stored nor sent: the request proves that you hold it. A request for a host may be carried
/// for 30 days; it keeps its name until the answer is installed, so that asking twice takes no second place.
#[derive(Debug, Args)]
pub(crate) struct Request {
    #[command(flatten)]
    state: StateArgs,
    /// Make a request for a host, where `leasehold host lease` answers it.
    #[arg(long, conflicts_with = "key_file")]
    for_host: bool,
    /// Do not tell the host this machine's name (a name may name a person).
    #[arg(long, requires = "for_host")]
    no_host_name: bool,
    /// Read the multiple key from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[command(flatten)]
    out: DocumentOut,
}

impl Request {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        self.out.check()?;
        let client = self.state.open(&NetworkArgs::naming(!self.no_host_name))?;
        let request = if self.for_host {
            client.request_for_host()
        } else {
            client.machine_request(&input::product_key(self.key_file.as_deref(), "multiple key")?)
        };
        let request = request.map_err(|error| outcome::failure(&error))?;
        let device = client.status().device.map(|device| device.to_string());
        let whom = if self.for_host { "host" } else { "vendor" };
        let about = json!({ "product": client.manifest().product.as_str(), "device": device, "for": whom });
        self.out.document(&request, about, output)?;
        let next = if self.for_host {
            "carry the request to the host, where `leasehold host lease FILE` answers it; `leasehold client install FILE` takes the answer"
        } else {
            "give the request to the vendor; `leasehold client install FILE` takes the answer"
        };
        errln!("{next}");
        Ok(())
    }
}
