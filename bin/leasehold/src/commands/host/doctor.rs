//! `leasehold host doctor`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Finding;
use leasehold_host::activation::Home;
use leasehold_host::authority::Authority;
use leasehold_host::doctor::{self, DnsInput, DoctorInput, StoreKind, StoreProbe};
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;
use leasehold_store_sqlite::host::SqliteHost;

use super::dns_options::DnsOptions;
use super::options::{AuthorityOptions, ListensAt, ServedWith};
use super::subscription;
use super::{Data, name_the_folder};
use crate::commands::findings::report;
use crate::commands::inspect::other;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;
use crate::stores::StoreLocation;

/// Find out whether this host can serve, is found and is reached, and what to do where not.
#[derive(Debug, Args)]
pub(crate) struct HostDoctor {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    with: ServedWith,
    #[command(flatten)]
    listens: ListensAt,
    #[command(flatten)]
    authority: AuthorityOptions,
    #[command(flatten)]
    dns: DnsOptions,
}

impl HostDoctor {
    /// Examines the host; nothing is changed. Where the configuration cannot be read it fails; all else is found.
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = self.with.read()?;
        // What lies in it would be examined as if it were a host's.
        if let Some(message) = other::mistaken(&self.data.folder, "host-folder") {
            return Err(name_the_folder(message));
        }
        let address = self.listens.address(&config);
        let home = self.data.home();
        // One that is remembered and cannot be read is a finding.
        let authority = self.authority.set(&config, &home).unwrap_or_default();
        let dns = self.dns.or(config.dns.unwrap_or_default());
        let location = self.data.configured(config.store).location();
        let tls_certificate = config.tls_cert;
        let identity = home.identity().ok().flatten();
        let mut findings = examine(&Examined { home, location, address, tls_certificate, dns, authority });
        let grants = identity.as_ref().map(|identity| identity.certificate().grants.as_slice());
        findings.extend(subscription::checks(config.subscription.as_ref(), grants));
        report(&findings, doctor::cause(&findings), output)
    }
}

/// What is examined.
pub(crate) struct Examined {
    pub(crate) home: Home,
    pub(crate) location: Result<StoreLocation, Failure>,
    pub(crate) address: SocketAddr,
    pub(crate) tls_certificate: Option<PathBuf>,
    pub(crate) dns: DnsOptions,
    pub(crate) authority: Option<Authority>,
}

/// Examines a host; nothing is changed.
pub(crate) fn examine(examined: &Examined) -> Vec<Finding> {
    let Examined { home, location, address, tls_certificate, dns, authority } = examined;
    let input = DoctorInput {
        home,
        store: match location {
            Ok(location) => Ok(location),
            Err(failure) => Err(Finding::failure("store", failure.code(), failure.message())),
        },
        address: *address,
        dns: DnsInput {
            label: dns.label(),
            zones: dns.zones().to_vec(),
            servers: dns.servers(),
            own: dns.record(address.port()).map_err(|failure| failure.to_string()),
        },
        authority: authority.clone(),
        tls_certificate: tls_certificate.clone(),
        now: input::now(),
    };
    doctor::examine(&input, &SystemClock, &SystemRng)
}

impl StoreProbe for StoreLocation {
    fn location(&self) -> String {
        self.to_string()
    }

    fn open(&self) -> Result<Option<Box<dyn HostStore>>, StoreError> {
        self.host_reader()
    }

    fn kind(&self) -> StoreKind {
        match self {
            Self::Folder(_) => StoreKind::Folder,
            Self::Database(_) => StoreKind::Database,
        }
    }

    fn is_in_use(&self) -> Result<bool, StoreError> {
        match self {
            Self::Folder(folder) => SqliteHost::is_open_for_writing(folder),
            // Many hosts may write to a database at once.
            Self::Database(_) => Ok(false),
        }
    }
}
