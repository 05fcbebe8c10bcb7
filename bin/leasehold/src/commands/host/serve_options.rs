//! What `leasehold host serve` is asked for, together with what its configuration says.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use leasehold_host::Settings;
use leasehold_host::activation::Home;
use leasehold_host::dns::Publication;
use leasehold_host::renewing::Renewal;

use super::Data;
use super::administration::AdminListen;
use super::config::Config;
use super::dns_options::DnsOptions;
use super::doctor::Examined;
use super::options::AuthorityOptions;
use super::request::machine;
use super::subscription::SubscriptionOptions;
use crate::failure::Failure;
use crate::stores::StoreLocation;
use crate::system_service::AsService;
use crate::values;

/// Serve the machines of the network until interrupted. SIGHUP has the configuration and certificates read again.
#[derive(Clone, Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(super) data: Data,
    #[arg(
        help = "Address to listen at [default: [::]:16880, which takes IPv4 too]",
        long, value_name = "ADDRESS", value_parser = values::listen
    )]
    pub(super) listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(super) admin: AdminListen,
    /// Certificate chain for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(super) tls_cert: Option<PathBuf>,
    /// Private key for TLS (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(super) tls_key: Option<PathBuf>,
    /// Read settings from a TOML file (docs/host.toml is a sample); options given here win.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Start on the store that is there, or an empty one, although this host served from another: it counts on from that,
    /// and the vendor sees the host as forked.
    #[arg(long)]
    pub(super) new_store: bool,
    /// Say what this release would change in the store, change nothing, and end.
    #[arg(long)]
    pub(super) check_upgrade: bool,
    /// Announce the host on the local link by multicast DNS while it serves.
    #[arg(long)]
    pub(super) mdns: bool,
    #[command(flatten)]
    pub(super) authority: AuthorityOptions,
    #[command(flatten)]
    pub(super) dns: DnsOptions,
    #[command(flatten)]
    pub(super) started: AsService,
}

impl Serve {
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
}
