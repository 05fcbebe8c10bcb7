//! `leasehold host doctor`.

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Finding;
use leasehold_host::doctor::{self, DnsInput, DoctorInput, StoreKind, StoreProbe};
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;
use leasehold_store_sqlite::host::SqliteHost;

use super::Data;
use super::dns::options::DnsOptions;
use super::options::{AuthorityOptions, ListensAt, ServedWith};
use crate::commands::findings::report;
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
        let address = self.listens.address(&config);
        let home = self.data.home();
        // One that is remembered and cannot be read is a finding.
        let authority = self.authority.set(&config, &home).unwrap_or_default();
        let dns = self.dns.or(config.dns.unwrap_or_default());
        let location = self.data.configured(config.store).location();
        let input = DoctorInput {
            home: &home,
            store: match &location {
                Ok(location) => Ok(location),
                Err(failure) => Err(Finding::failure("store", failure.code(), failure.message())),
            },
            address,
            dns: DnsInput {
                label: dns.label(),
                zones: dns.zones().to_vec(),
                servers: dns.servers(),
                own: dns.record(address.port()).map_err(|failure| failure.to_string()),
            },
            authority,
            tls_certificate: config.tls_cert,
            now: input::now(),
        };
        let findings = doctor::examine(&input, &SystemClock, &SystemRng);
        report(&findings, doctor::cause(&findings), output)
    }
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
