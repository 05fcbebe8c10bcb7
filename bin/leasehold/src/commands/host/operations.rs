//! What the admin side of a serving host needs of the program around it.

use std::net::SocketAddr;
use std::path::PathBuf;

use leasehold_core::{Code, Finding};
use leasehold_dashboard::host::data::{Setting, SettingGroup};
use leasehold_host::Operations;

use super::backup;
use super::config::Config;
use super::doctor::examine;
use super::serve_options::Serve;
use crate::failure::Failure;

/// What the admin side needs of a host that `leasehold host serve` runs.
#[derive(Debug)]
pub(super) struct ServeOperations {
    options: Serve,
    address: SocketAddr,
}

impl ServeOperations {
    pub(super) fn new(options: Serve, address: SocketAddr) -> Self {
        Self { options, address }
    }

    /// As it is now: a change of the file counts.
    fn config(&self) -> Result<Config, Failure> {
        Config::read(self.options.config.as_deref())
    }
}

impl Operations for ServeOperations {
    fn examine(&self) -> Vec<Finding> {
        match self.config() {
            Ok(config) => examine(&self.options.examined(&config, self.address)),
            Err(failure) => vec![Finding::failure("configuration", failure.code(), failure.message())],
        }
    }

    fn back_up(&self) -> Result<PathBuf, (Code, String)> {
        let told = |failure: Failure| (failure.code(), failure.message().to_owned());
        let config = self.config().map_err(told)?;
        let Some(folder) = config.backups.clone() else {
            let message = "no folder is set for backups: `backups = \"FOLDER\"` in the host's configuration does so";
            return Err((Code::BadConfiguration, message.to_owned()));
        };
        let location = self.options.location(&config).map_err(told)?;
        backup::into_folder(&self.options.home(), &location, &folder).map_err(told)
    }

    fn started(&self) -> SettingGroup {
        let config = self.config().unwrap_or_default();
        let path = |path: Option<PathBuf>| path.map_or_else(|| "none".to_owned(), |path| path.display().to_string());
        let store = self.options.location(&config).map_or_else(|failure| failure.to_string(), |at| at.to_string());
        let settings = [
            ("listen", self.address.to_string()),
            ("data", self.options.home().folder().display().to_string()),
            ("store", store),
            ("config", path(self.options.config.clone())),
            ("tls_cert", path(self.options.tls_files(&config).0)),
            ("mdns", if self.options.mdns(&config) { "yes" } else { "no" }.to_owned()),
            ("backups", path(config.backups)),
        ];
        let settings = settings.into_iter().map(|(name, value)| Setting { name: name.to_owned(), value });
        SettingGroup { title: "This host".to_owned(), settings: settings.collect() }
    }
}
