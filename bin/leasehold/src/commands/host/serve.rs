//! `leasehold host serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_host::activation::Home;
use leasehold_host::dns::Publication;
use leasehold_host::mark::UnknownStore;
use leasehold_host::renewing::Renewal;
use leasehold_host::{Announced, Controls, Options, Server, Settings};
use leasehold_service::{Limits, Tls, shutdown_signal, supervisor};
use leasehold_store::host::HostStore;
use serde_json::json;

use super::administration::{self, AdminListen, AdminListener, ServeOperations};
use super::config::Config;
use super::dns::options::DnsOptions;
use super::doctor::Examined;
use super::options::AuthorityOptions;
use super::reload::{Reloads, Started};
use super::request::machine;
use super::subscription::SubscriptionOptions;
use super::{Data, failed};
use crate::commands::upgrade;
use crate::failure::Failure;
use crate::output::Output;
use crate::stores::{StoreKind, StoreLocation};
use crate::system_service::{AsService, serve_as};
use crate::values;

/// The name of the host as a service.
pub(super) const SERVICE: &str = "LeaseholdHost";

/// Serve the machines of the network until interrupted. SIGHUP has the configuration and certificates read again.
#[derive(Clone, Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    data: Data,
    #[arg(
        help = "Address to listen at [default: [::]:16880, which takes IPv4 too]",
        long, value_name = "ADDRESS", value_parser = values::listen
    )]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    admin: AdminListen,
    /// Certificate chain for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Read settings from a TOML file (docs/host.toml is a sample); options given here win.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Start on the store that is there, or an empty one, although this host served from another: it counts on from that,
    /// and the vendor sees the host as forked.
    #[arg(long)]
    new_store: bool,
    /// Say what this release would change in the store, change nothing, and end.
    #[arg(long)]
    check_upgrade: bool,
    /// Announce the host on the local link by multicast DNS while it serves.
    #[arg(long)]
    mdns: bool,
    #[command(flatten)]
    authority: AuthorityOptions,
    #[command(flatten)]
    dns: DnsOptions,
    #[command(flatten)]
    started: AsService,
}

impl Serve {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self.started.as_service.clone() {
            Some(folder) => serve_as(SERVICE, &folder, move || self.serve(output)),
            None => self.serve(output),
        }
    }

    fn serve(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        if self.check_upgrade {
            return upgrade::check(StoreKind::Host, &self.location(&config)?, output);
        }
        let (address, home) = (self.address(&config), self.data.new_home()?);
        // Before anything is made or opened.
        self.authority.set(&config, &home)?;
        let tls = tls(self.tls_files(&config))?;
        let (store, unknown_store) = self.store(&config, &home)?;
        let runtime = runtime()?;
        let (listener, admin) = {
            let _inside = runtime.enter();
            let listener = supervisor::listen(address).map_err(service_failed)?;
            (listener, self.admin.bind(config.admin_listen.as_ref(), tls.as_ref())?)
        };
        let admin_url = admin.as_ref().map(AdminListener::url);
        let sign_in = match (&config.sign_in, &admin_url) {
            (Some(options), Some(url)) => Some(options.provider(url)?),
            _ => None,
        };
        let port = listener.address().port();
        let settings = self.settings(&config, &home, port)?;
        let (spans, sender) = config.traces.as_ref().map(|traces| traces.begin("leasehold-host")).transpose()?.unzip();
        let options = Options { limits: Limits::default(), settings, tls: tls.clone(), unknown_store, spans };
        // Outside the runtime: a store on a database waits for its answers.
        let server = Server::start(home, store, Arc::new(SystemClock), Arc::new(SystemRng), options);
        let server = self.announced(&config, server.map_err(|error| failed(&error))?);
        let operations = ServeOperations::new(self.clone(), listener.address());
        let server = administration::open(server, admin, Arc::new(operations), sign_in);
        let started = Started { address, port, store: config.store.clone(), mdns: self.mdns(&config), tls };
        runtime.block_on(async {
            let controls = server.controls();
            let folder = self.data.folder.clone();
            let reloads = Reloads::listen(self, started, controls.clone());
            let shutdown = shutdown_signal();
            let url = format!("{}://{}", reloads.scheme(), listener.address());
            announce(output, &server, (&url, &folder), admin_url.as_deref());
            let status = format!("serving at {url}");
            supervisor::ready(&status);
            tokio::select! {
                () = server.serve(listener, shutdown) => {}
                () = reloads.carry_out(&status) => {}
                () = supervisor::show_life(|| is_alive(controls.clone())) => {}
            }
        });
        // A name server that is silent just now is not waited for.
        runtime.shutdown_background();
        if let Some(sender) = sender {
            sender.finish();
        }
        Ok(())
    }

    /// Where the host listens.
    pub(super) fn address(&self, config: &Config) -> SocketAddr {
        self.listen.unwrap_or(config.address())
    }

    /// Certificate and key for TLS.
    pub(super) fn tls_files(&self, config: &Config) -> (Option<PathBuf>, Option<PathBuf>) {
        if self.tls_cert.is_some() {
            return (self.tls_cert.clone(), self.tls_key.clone());
        }
        (config.tls_cert.clone(), config.tls_key.clone())
    }

    /// Whether the host is announced on the local link.
    pub(super) fn mdns(&self, config: &Config) -> bool {
        self.mdns || config.mdns == Some(true)
    }

    /// The host's folder.
    pub(super) fn home(&self) -> Home {
        self.data.home()
    }

    /// Where the store is.
    pub(super) fn location(&self, config: &Config) -> Result<StoreLocation, Failure> {
        self.data.clone().configured(config.store.clone()).location()
    }

    /// What the doctor looks at while the host serves at `address`.
    pub(super) fn examined(&self, config: &Config, address: SocketAddr) -> Examined {
        let home = self.home();
        Examined {
            location: self.location(config),
            authority: self.authority.set(config, &home).unwrap_or_default(),
            dns: self.dns.clone().or(config.dns.clone().unwrap_or_default()),
            tls_certificate: self.tls_files(config).0,
            address,
            home,
        }
    }

    /// What can be changed while the host serves at `port`. A host that cannot be found in DNS serves those who know it.
    pub(super) fn settings(&self, config: &Config, home: &Home, port: u16) -> Result<Settings, Failure> {
        let authority = self.authority.set(config, home)?;
        let dns = self.dns.clone().or(config.dns.clone().unwrap_or_default());
        let publication = match (dns.is_empty(), dns.publication(port, None)) {
            (true, _) if config.dns.is_some() => {
                tracing::warn!("record not published: [dns] names no zone");
                None
            }
            (true, _) => None,
            (false, Ok(publication)) => Some(Publication { folder: Some(self.data.folder.clone()), ..publication }),
            (false, Err(failure)) => {
                tracing::warn!(%failure, "record not published");
                None
            }
        };
        Ok(Settings {
            rates: config.limits.rates(),
            trusted_proxies: config.limits.trusted_proxies.clone(),
            renewal: Some(Renewal { authority, machine: machine()?, usage: config.usage() }),
            publication,
            journal_keep: config.journal_keep,
            ordinary: config.leases.ordinary.clone(),
            subscription: config.subscription.as_ref().map(SubscriptionOptions::settings).transpose()?,
        })
    }

    fn store(&self, config: &Config, home: &Home) -> Result<(Box<dyn HostStore>, UnknownStore), Failure> {
        let location = self.location(config)?;
        home.make().map_err(|error| failed(&error))?;
        let unknown_store = if self.new_store { UnknownStore::Accepted } else { UnknownStore::Refused };
        if unknown_store == UnknownStore::Refused {
            super::check_store_is_there(&location, home)?;
        }
        Ok((location.host()?, unknown_store))
    }

    /// The host, announced on the local link where that is wanted. One that cannot be serves those who know it.
    fn announced(&self, config: &Config, server: Server) -> Server {
        let dns = self.dns.clone().or(config.dns.clone().unwrap_or_default());
        match (self.mdns(config), dns.target()) {
            (true, Ok(host)) => server.with_announcement(Announced { label: dns.label(), host }),
            (true, Err(failure)) => {
                tracing::warn!(%failure, "not announced on the local link");
                server
            }
            (false, _) => server,
        }
    }
}

/// TLS with these files, where there are any.
pub(crate) fn tls(files: (Option<PathBuf>, Option<PathBuf>)) -> Result<Option<Tls>, Failure> {
    match files {
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

/// Whether the host's own thread answers.
async fn is_alive(controls: Controls) -> bool {
    tokio::task::spawn_blocking(move || controls.is_alive()).await.unwrap_or_default()
}

fn announce(output: Output, server: &Server, (address, folder): (&str, &Path), admin: Option<&str>) {
    let host = server.host();
    match output {
        // One line, so that a program that has started the host can wait for it.
        Output::Json => outln!("{}", json!({ "address": address, "admin": admin, "host": host })),
        Output::Human => {
            if let Some(admin) = admin {
                errln!("dashboard at {admin}/; `leasehold host admin add NAME` adds who may sign in");
            }
            if host.is_none() {
                errln!("{}: not activated yet: clients are refused until a certificate is installed", folder.display());
            }
            // Last: who waits for it has read all.
            errln!("serving at {address}; stop with Ctrl-C");
        }
    }
}

/// What a failure of the server's plumbing means for the command.
pub(crate) fn service_failed(error: leasehold_service::Error) -> Failure {
    failed(&leasehold_host::Error::Service(error))
}
