//! The admin side of `leasehold host serve`: where it listens, and what it needs of the program around it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use leasehold_core::{Code, Finding};
use leasehold_dashboard::host::data::{Setting, SettingGroup};
use leasehold_host::{Administration, Operations, Server};
use leasehold_service::access::SignInProvider;
use leasehold_service::admin::WrongTokens;
use leasehold_service::{Error, Listener, Tls};

use super::backup;
use super::config::Config;
use super::doctor::examine;
use super::serve::{Serve, service_failed};
use crate::failure::Failure;
use crate::values::{OrNone, or_none, parsed};

/// Where a host's admin API and dashboard are.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct AdminListen {
    #[arg(
        help = "Address of the dashboard and the admin API, or none; another than this machine's own (loopback) needs TLS [default: 127.0.0.1:16881]",
        long, value_name = "ADDRESS", env = "LEASEHOLD_ADMIN_LISTEN", value_parser = admin_address
    )]
    admin_listen: Option<OrNone<SocketAddr>>,
}

/// A listener for administrators.
#[derive(Debug)]
pub(crate) struct AdminListener {
    pub(crate) listener: Listener,
    tls: Option<Tls>,
}

impl AdminListen {
    /// Where it is to be, and whether that was asked for; `None` where it is not wanted.
    fn address(self, configured: Option<&OrNone<SocketAddr>>) -> Option<(SocketAddr, Asked)> {
        match self.admin_listen.or(configured.copied()) {
            Some(OrNone(set)) => set.map(|address| (address, Asked::Yes)),
            None => Some((DEFAULT, Asked::No)),
        }
    }

    /// Listens there. Where the usual port is taken, by another host on this machine, it serves without, and says so.
    pub(crate) fn bind(
        self,
        configured: Option<&OrNone<SocketAddr>>,
        tls: Option<&Tls>,
    ) -> Result<Option<AdminListener>, Failure> {
        let Some((address, asked)) = self.address(configured) else { return Ok(None) };
        let tls = tls.filter(|_| !address.ip().is_loopback()).cloned();
        if tls.is_none() && !address.ip().is_loopback() {
            let message = format!("dashboard at {address}: passwords and tokens would travel in the clear");
            return Err(Failure::failed(Code::Usage, message)
                .hint("give --tls-cert and --tls-key, or let it listen at 127.0.0.1 behind a proxy that speaks TLS"));
        }
        match Listener::bind(address) {
            Ok(listener) => Ok(Some(AdminListener { listener, tls })),
            Err(error @ Error::AddressInUse { .. }) if asked == Asked::No => {
                tracing::warn!(%error, "no dashboard and no admin API: give another address with --admin-listen");
                Ok(None)
            }
            Err(error) => Err(service_failed(error)),
        }
    }
}

impl AdminListener {
    /// Where it is.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.listener.address())
    }
}

/// `server`, with its administrators let in where `listener` says, and commands of this machine in any case.
pub(crate) fn open(
    server: Server,
    listener: Option<AdminListener>,
    operations: Arc<dyn Operations>,
    sign_in: Option<SignInProvider>,
) -> Server {
    let (listener, tls) = listener.map_or((None, None), |AdminListener { listener, tls }| (Some(listener), tls));
    let wrong_token_rate = Some(WrongTokens::USUAL);
    server.with_admin(Administration { listener, tls, operations, sign_in, wrong_token_rate })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
}

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

pub(crate) fn admin_address(text: &str) -> Result<OrNone<SocketAddr>, String> {
    or_none(text, |text| parsed(text).map_err(|_| "an address and a port like 127.0.0.1:16881, or none".to_owned()))
}

/// DESIGN section 5.
const DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 16_881);
