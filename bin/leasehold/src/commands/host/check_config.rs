//! `leasehold host check-config`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::config::Config;
use crate::failure::Failure;
use crate::output::{self, Output};

/// Check a configuration file without serving: its keys and values, not whether the files it names are there.
#[derive(Debug, Args)]
pub(crate) struct CheckConfig {
    /// The configuration (TOML).
    file: PathBuf,
}

impl CheckConfig {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(Some(&self.file))?;
        match output {
            Output::Json => output::json(&json!({ "file": self.file, "listen": config.address() })),
            Output::Human => errln!("configuration {}: good", self.file.display()),
        }
        Ok(())
    }
}
