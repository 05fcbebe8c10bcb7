//! `leasehold client activate`: asks a host for a lease now, or the vendor's authority with a multiple key.

use std::path::PathBuf;

use clap::Args;
use leasehold_client::{AuthorityAddress, Client, Keyed};

use super::args::{NetworkArgs, StateArgs};
use super::{outcome, report};
use crate::commands::authority;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Ask a host for a lease now; or, with a multiple key, the vendor's authority for one without end.
///
/// A multiple key is asked for; it is neither stored nor sent. Where an answer is lost, run the command again: it asks with
/// the same request, and nothing more is used up.
#[derive(Debug, Args)]
pub(crate) struct Activate {
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    network: NetworkArgs,
    /// Activate with a multiple key, and with no host.
    #[arg(long, requires = "authority")]
    multiple_key: bool,
    /// Read the multiple key from a file instead of asking for it; `-` is standard input.
    #[arg(long, value_name = "FILE", requires = "multiple_key")]
    key_file: Option<PathBuf>,
    /// The vendor's authority: NAME, NAME:PORT, https://… or http://…; plain HTTP at port 16890 unless said otherwise, as `vendor serve`
    /// listens.
    #[arg(long, value_name = "URL", requires = "multiple_key")]
    authority: Option<AuthorityAddress>,
}

impl Activate {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let client = self.state.open(&self.network)?;
        match &self.authority {
            Some(address) => self.with_key(&client, address, output),
            None => outcome::answer(&client, client.activate(), output),
        }
    }

    fn with_key(&self, client: &Client, address: &AuthorityAddress, output: Output) -> Result<(), Failure> {
        let key = input::product_key(self.key_file.as_deref(), "multiple key")?;
        let before = client.status();
        match client.activate_with_key(&key, address) {
            Ok(Keyed::Granted(_)) => {
                report::warn_of_a_lease_replaced(&before, output);
                report::print(client, &client.status(), output);
                Ok(())
            }
            Ok(Keyed::Refused(refused)) => {
                report::warn(&client.notes(), output);
                Err(authority::refused(address, &refused))
            }
            Err(error) => {
                report::warn(&client.notes(), output);
                Err(outcome::failure(&error))
            }
        }
    }
}
