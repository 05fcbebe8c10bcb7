//! `leasehold client request`: a request for a vendor who cannot be reached from here.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::args::{NetworkArgs, StateArgs};
use super::outcome;
use crate::failure::Failure;
use crate::input;
use crate::output::{OutFile, Output};

/// Make a request for the vendor, who answers it with a lease without end: activation with a multiple key, without a network.
///
/// The multiple key is asked for; it is neither stored nor sent: the request proves that you hold it.
#[derive(Debug, Args)]
pub(crate) struct Request {
    #[command(flatten)]
    state: StateArgs,
    /// Read the multiple key from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[command(flatten)]
    out: OutFile,
}

impl Request {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        self.out.check()?;
        let client = self.state.open(&NetworkArgs::default())?;
        let key = input::product_key(self.key_file.as_deref(), "multiple key")?;
        let request = client.machine_request(&key).map_err(|error| outcome::failure(&error))?;
        let device = client.status().device.map(|device| device.to_string());
        let about = json!({ "product": client.manifest().product.as_str(), "device": device });
        self.out.document(&request, about, output)?;
        errln!("give the request to the vendor; `leasehold client install FILE` takes the answer");
        Ok(())
    }
}
