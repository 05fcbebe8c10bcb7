//! A serving host that is sent SIGHUP reads its configuration and certificates again, and says what stays until a restart.

use std::net::SocketAddr;

use leasehold_host::Controls;
use leasehold_service::{ReloadSignal, Tls, supervisor};

use super::config::Config;
use super::serve_options::Serve;
use super::service_failed;
use crate::failure::Failure;

/// What was decided when the host was started, and stays.
pub(super) struct Started {
    /// Where it was to listen.
    pub(super) address: SocketAddr,
    /// The port that it listens at.
    pub(super) port: u16,
    /// The database that the configuration named.
    pub(super) store: Option<String>,
    pub(super) mdns: bool,
    pub(super) tls: Option<Tls>,
}

/// Reads a serving host's files again whenever that is asked for.
pub(super) struct Reloads {
    options: Serve,
    started: Started,
    controls: Controls,
    signal: ReloadSignal,
}

impl Reloads {
    /// Waits for the signal from now on; until then it would end the program.
    pub(super) fn listen(options: Serve, started: Started, controls: Controls) -> Self {
        Self { options, started, controls, signal: ReloadSignal::listen() }
    }

    /// How the host is spoken with.
    pub(super) const fn scheme(&self) -> &'static str {
        if self.started.tls.is_some() { "https" } else { "http" }
    }

    /// Carries out what is asked for, and tells the service manager `status` again each time. It never ends.
    pub(super) async fn carry_out(mut self, status: &str) {
        loop {
            self.signal.next().await;
            supervisor::reloading();
            match self.reload() {
                Ok(()) => tracing::info!("configuration and certificates were read again"),
                Err(failure) => tracing::error!(%failure, "not read again: all stays as it was"),
            }
            supervisor::ready(status);
        }
    }

    /// Everything is read before anything is changed.
    fn reload(&self) -> Result<(), Failure> {
        let config = Config::read(self.options.config.as_deref())?;
        let settings = self.options.settings(&config, &self.options.home(), self.started.port)?;
        if let (Some(tls), (Some(certificate), Some(key))) = (&self.started.tls, self.options.tls_files(&config)) {
            tls.reload(&certificate, &key).map_err(service_failed)?;
        }
        self.controls.set(settings);
        self.say_what_stays(&config);
        Ok(())
    }

    fn say_what_stays(&self, config: &Config) {
        let Started { address, store, mdns, tls, .. } = &self.started;
        let changed = [
            ("listen", self.options.address(config) != *address),
            ("store", config.store != *store),
            ("mdns", self.options.mdns(config) != *mdns),
            ("tls_cert, tls_key", self.options.tls_files(config).0.is_some() != tls.is_some()),
        ];
        for (key, _) in changed.iter().filter(|(_, changed)| *changed) {
            tracing::warn!(key, "changed in the configuration, and in force only after a restart");
        }
    }
}
