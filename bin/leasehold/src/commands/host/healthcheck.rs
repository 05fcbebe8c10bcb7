//! `leasehold host healthcheck`.

use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;
use leasehold_core::Code;
use leasehold_host::health::{ask, reach};
use serde_json::json;

use super::config::Config;
use super::options::ListensAt;
use crate::failure::Failure;
use crate::output::{self, Output};

/// Ask the host on this machine whether it can grant leases, for containers and supervisors: 0 is yes, 1 is no.
#[derive(Debug, Args)]
pub(crate) struct Healthcheck {
    /// The host's configuration, for where it listens; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    listens: ListensAt,
    /// Only whether it is alive: not whether it has a certificate and its store works.
    #[arg(long)]
    alive: bool,
}

impl Healthcheck {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let address = self.listens.address(&Config::read(self.config.as_deref())?);
        let address = reach(address).map_err(|(address, error)| {
            let code = match error.kind() {
                ErrorKind::ConnectionRefused => Code::ConnectionRefused,
                _ => Code::HostUnreachable,
            };
            Failure::refused(code, format!("{address}: {error}"))
        })?;
        let path = if self.alive { "/healthz" } else { "/readyz" };
        let answer =
            ask(address, path).map_err(|error| Failure::refused(Code::NotAHost, format!("{address}: {error}")))?;
        let version = answer.version.as_deref().filter(|version| version.starts_with("leasehold/"));
        match (answer.status, version) {
            (200, Some(version)) => {
                let how = if self.alive { "alive" } else { "ready" };
                match output {
                    Output::Json => output::json(&json!({ "address": address, "health": how, "version": version })),
                    Output::Human => outln!("{how}: {version} at {address}"),
                }
                Ok(())
            }
            (status, _) => {
                let code = answer.problem().unwrap_or(Code::NotAHost);
                Err(Failure::refused(code, format!("{address}: it answers {status}: {}", code.meaning())))
            }
        }
    }
}
