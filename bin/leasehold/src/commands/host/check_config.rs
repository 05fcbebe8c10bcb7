//! `leasehold host check-config`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use leasehold_core::{CheckOutcome, Code, Finding};
use serde_json::json;

use super::Data;
use super::config::Config;
use super::config_checks::ConfigChecks;
use crate::commands::findings;
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Output};

/// Check a configuration file without serving: keys and values, and what `host serve` would find with them now.
///
/// Nothing is changed. Run it as the user that the host runs as: files, folders and ports are tried with that user's rights.
#[derive(Debug, Args)]
pub(crate) struct CheckConfig {
    /// The configuration (TOML).
    file: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Only the keys and values, not the files, ports and databases that they name: for another machine's configuration.
    #[arg(long)]
    syntax: bool,
}

impl CheckConfig {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(Some(&self.file))?;
        let (address, file) = (config.address(), self.file.display().to_string());
        let checks =
            if self.syntax { Vec::new() } else { ConfigChecks::new(config, self.data.clone()).run(input::now()) };
        let failed: Vec<&Finding> = checks.iter().filter(|check| check.is_failure()).collect();
        match output {
            Output::Json => self.print_json(address, &checks),
            Output::Human => {
                let worth = |check: &&Finding| matches!(check.outcome, CheckOutcome::Warning | CheckOutcome::Failure);
                checks.iter().filter(worth).for_each(findings::line);
            }
        }
        match failed.as_slice() {
            [] => {
                if output == Output::Human {
                    errln!("configuration {file}: good");
                }
                Ok(())
            }
            [one] => Err(Failure::refused(one.code.unwrap_or(Code::BadConfiguration), said(&file, one))
                .hint(one.hint().unwrap_or(Code::BadConfiguration.hint()))),
            more => {
                let message = format!("configuration {file}: {} things would go wrong", more.len());
                Err(Failure::refused(Code::BadConfiguration, message)
                    .hint("each is named above with what to do about it"))
            }
        }
    }

    fn print_json(&self, address: SocketAddr, checks: &[Finding]) {
        let good = !checks.iter().any(Finding::is_failure);
        let checks: Vec<_> = checks.iter().map(findings::value).collect();
        output::json(&json!({ "file": self.file, "listen": address, "good": good, "checks": checks }));
    }
}

fn said(file: &str, finding: &Finding) -> String {
    format!("configuration {file}: {}: {}", finding.name, finding.detail)
}
