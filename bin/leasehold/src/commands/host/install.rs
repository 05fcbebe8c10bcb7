//! `leasehold host install`.

use std::path::PathBuf;

use clap::Args;
use leasehold_core::PublicKey;
use leasehold_wire::{Envelope, Typ};
use serde_json::json;

use super::{Data, failed, seconds};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// Install the vendor's answer to this host's request, or its revocation list.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The host certificate or revocation list; `-` is standard input.
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
        if Envelope::parse(&bytes).is_ok_and(|envelope| envelope.typ == Typ::Revocations) {
            return self.revocations(&bytes, output);
        }
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

    fn revocations(&self, bytes: &[u8], output: Output) -> Result<(), Failure> {
        let installed = self.data.home().install_revocations(bytes, self.root.as_ref(), input::now());
        let list = installed.map_err(|error| failed(&error))?;
        let (number, keys, documents) = (list.number, list.keys.len(), list.documents.len());
        match output {
            Output::Json => output::json(&json!({ "number": number, "keys": keys, "documents": documents })),
            Output::Human => {
                anstream::println!("revocation list {number} is installed: {keys} keys, {documents} documents");
            }
        }
        Ok(())
    }
}
