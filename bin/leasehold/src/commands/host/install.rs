//! `leasehold host install`.

use std::path::PathBuf;

use clap::Args;
use leasehold_core::PublicKey;
use serde_json::json;

use super::{Data, failed, seconds};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// Install the vendor's answer to this host's request.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The host certificate; `-` is standard input.
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Also check it against the vendor's root key (64 hexadecimal digits).
    #[arg(long, value_name = "HEX")]
    root: Option<PublicKey>,
}

impl Install {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let bytes = input::document(&self.file)?;
        let installed = self.data.home().install(&bytes, self.root.as_ref(), input::now());
        let certificate = installed.map_err(|error| failed(&error))?;
        let (host, expires) = (certificate.key.id(), certificate.expires);
        match output {
            Output::Json => output::json(&json!({
                "host": host.to_string(),
                "vendor": certificate.vendor.as_str(),
                "expires": seconds(expires),
                "host_ordinal": certificate.host_ordinal,
                "activation_ordinal": certificate.activation_ordinal,
            })),
            Output::Human => anstream::println!(
                "host {host} is activated by {} until {} (host {}, activation {})",
                certificate.vendor,
                output::time(expires),
                certificate.host_ordinal,
                certificate.activation_ordinal
            ),
        }
        Ok(())
    }
}
