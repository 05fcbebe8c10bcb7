//! `leasehold host serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use leasehold_client::{Machine, SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_host::dns::Publication;
use leasehold_host::mark::UnknownStore;
use leasehold_host::renewing::Renewal;
use leasehold_host::{Announced, Error, Options, Server};
use leasehold_service::{Limits, Listener, Tls, shutdown_signal};
use serde_json::json;

use super::config::Config;
use super::dns::options::DnsOptions;
use super::options::AuthorityOptions;
use super::{Data, failed};
use crate::failure::Failure;
use crate::output::Output;
use crate::values;

/// Serve the machines of the network until interrupted.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address to listen at [default: 0.0.0.0:16880].
    #[arg(long, value_name = "ADDRESS", value_parser = values::listen)]
    listen: Option<SocketAddr>,
    /// Certificate chain for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Read settings from a TOML file (docs/host.toml is a sample); options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Start on the store that is there, or an empty one, although this host served from another: it counts on from that,
    /// and the vendor sees the host as forked.
    #[arg(long)]
    new_store: bool,
    /// Announce the host on the local link by multicast DNS while it serves.
    #[arg(long)]
    mdns: bool,
    #[command(flatten)]
    authority: AuthorityOptions,
    #[command(flatten)]
    dns: DnsOptions,
}

impl Serve {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        let address = self.listen.unwrap_or(config.address());
        let home = self.data.home();
        let renewal =
            Renewal { authority: self.authority.set(&config, &home)?, machine: Machine::read(), usage: config.usage() };
        let tls = tls(self.tls_cert.or(config.tls_cert), self.tls_key.or(config.tls_key))?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let folder = self.data.folder.clone();
        let location = self.data.configured(config.store).location()?;
        let (dns, mdns) = (self.dns.or(config.dns.unwrap_or_default()), self.mdns || config.mdns == Some(true));
        let found = Found { folder, dns, mdns };
        home.make().map_err(|error| failed(&error))?;
        let unknown_store = if self.new_store { UnknownStore::Accepted } else { UnknownStore::Refused };
        // Asked before it is opened, which would make an empty one.
        if let Some(mark) = home.mark().map_err(|error| failed(&error))?
            && unknown_store == UnknownStore::Refused
            && location.host_versions()?.is_none()
        {
            let failure = failed(&Error::StoreMissing { sealed: mark.tip.number });
            return Err(failure.of(Path::new(&location.to_string())));
        }
        let store = location.host()?;
        let options = Options {
            limits: Limits::default(),
            rates: config.limits.rates(),
            trusted_proxies: config.limits.trusted_proxies,
            tls,
            unknown_store,
            journal_keep: config.journal_keep,
        };
        let server = Server::start(home, store, Arc::new(SystemClock), Arc::new(SystemRng), options)
            .map_err(|error| failed(&error))?;
        let server = server.with_renewal(renewal);
        let runtime = runtime()?;
        runtime.block_on(async {
            let listener = Listener::bind(address).map_err(service_failed)?;
            let server = found.by(server, listener.address().port());
            announce(output, &server, scheme, listener.address());
            server.serve(listener, shutdown_signal()).await;
            Ok(())
        })?;
        // A name server that is silent just now is not waited for.
        runtime.shutdown_background();
        Ok(())
    }
}

/// How machines are to find the host.
struct Found {
    folder: PathBuf,
    dns: DnsOptions,
    mdns: bool,
}

impl Found {
    /// The host, found in these ways at `port`. One that cannot be found serves those who know where it is.
    fn by(self, server: Server, port: u16) -> Server {
        let server = match (self.mdns, self.dns.target()) {
            (true, Ok(host)) => server.with_announcement(Announced { label: self.dns.label(), host }),
            (true, Err(failure)) => {
                tracing::warn!(%failure, "not announced on the local link");
                server
            }
            (false, _) => server,
        };
        if self.dns.is_empty() {
            return server;
        }
        match self.dns.publication(port) {
            Ok(publication) => server.with_publication(Publication { folder: Some(self.folder), ..publication }),
            Err(failure) => {
                tracing::warn!(%failure, "record not published");
                server
            }
        }
    }
}

/// TLS with these files, where there are any.
pub(crate) fn tls(certificate: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<Tls>, Failure> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Tls::from_pem_files(&certificate, &key).map(Some).map_err(service_failed),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => {
            Err(Failure::failed(Code::Usage, "TLS needs both a certificate and a key"))
        }
    }
}

/// As many threads for the network as there are processors to use.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| Failure::failed(Code::Internal, format!("the network's threads cannot be started: {error}")))
}

fn announce(output: Output, server: &Server, scheme: &str, address: SocketAddr) {
    let host = server.host();
    match output {
        // One line, so that a program that has started the host can wait for it.
        Output::Json => outln!("{}", json!({ "address": format!("{scheme}://{address}"), "host": host })),
        Output::Human => {
            errln!("serving at {scheme}://{address}; stop with Ctrl-C");
            if host.is_none() {
                errln!("not activated yet: clients are refused until a certificate is installed");
            }
        }
    }
}

/// What a failure of the server's plumbing means for the command.
pub(crate) fn service_failed(error: leasehold_service::Error) -> Failure {
    failed(&leasehold_host::Error::Service(error))
}
