//! A host's own records in DNS: one in each of its zones, published, shown, withdrawn.
//!
//! Messages and signatures are the affair of `leasehold-discovery`; when to publish is that of a serving host and of
//! `host dns publish`. Key file and name servers are read anew each time, so that neither a new key nor a
//! network that came up late needs a restart.

use std::net::SocketAddr;
use std::path::PathBuf;

use leasehold_core::{Clock, Code, Rng};
use leasehold_discovery::publish::{PublishError, Published, Publisher, TsigKey, Withdrawn};
use leasehold_discovery::{Config, DomainName, LookupError, NameError, ServiceLabel, ServiceRecord};

use crate::remembered::Remembered;

/// What a host publishes, where, and with which right.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Where the record stands: once in each zone.
    pub entries: Vec<ZoneEntry>,
    /// The host's record.
    pub own: ServiceRecord,
    /// The name servers that hold the zones, the first to answer; this machine's own where there are none.
    pub servers: Vec<SocketAddr>,
    /// The key that may change the zones, in BIND's form.
    pub key_file: Option<PathBuf>,
    /// The host's folder, where it is remembered what was published last; without it, nothing is.
    pub folder: Option<PathBuf>,
}

/// A name in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneEntry {
    /// The zone.
    pub zone: DomainName,
    /// The name of the service in it.
    pub name: DomainName,
}

/// Why a record could not be published, shown or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum DnsError {
    /// Nothing tells which name server to ask.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The name server, or the key.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl ZoneEntry {
    /// Where records of the service `label` stand in `zone`.
    ///
    /// # Errors
    /// Where the name would be longer than DNS carries.
    pub fn new(label: &ServiceLabel, zone: DomainName) -> Result<Self, NameError> {
        Ok(Self { name: label.within(&zone)?, zone })
    }
}

impl Publication {
    /// The host's record at `entry` as a line of the zone's file.
    pub fn line(&self, entry: &ZoneEntry) -> String {
        self.own.line(&entry.name)
    }

    /// Publishes the host's record at `entry`, instead of the one that it published there before; records of other hosts
    /// stay.
    ///
    /// # Errors
    /// [`DnsError`], which says who is at fault. Blocks for some seconds at most with each name server.
    pub fn publish(&self, entry: &ZoneEntry, clock: &dyn Clock, rng: &dyn Rng) -> Result<Published, DnsError> {
        let remembered = self.folder.as_deref().map(Remembered::new);
        let previous = remembered.as_ref().and_then(|remembered| remembered.of(&entry.name));
        let published = self.publisher(entry)?.publish(&self.own, previous.as_ref(), clock, rng)?;
        remember(remembered.as_ref(), entry, Some(&self.own));
        Ok(published)
    }

    /// Removes the host's record from `entry`; records of other hosts stay.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn withdraw(&self, entry: &ZoneEntry, clock: &dyn Clock, rng: &dyn Rng) -> Result<Withdrawn, DnsError> {
        let withdrawn = self.publisher(entry)?.withdraw(&self.own, clock, rng)?;
        let remembered = self.folder.as_deref().map(Remembered::new);
        let last = remembered.as_ref().and_then(|remembered| remembered.of(&entry.name));
        if last.is_some_and(|last| (&last.target, last.port) == (&self.own.target, self.own.port)) {
            remember(remembered.as_ref(), entry, None);
        }
        Ok(withdrawn)
    }

    /// All records at `entry`, of any host.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn show(&self, entry: &ZoneEntry, clock: &dyn Clock, rng: &dyn Rng) -> Result<Vec<ServiceRecord>, DnsError> {
        Ok(self.publisher(entry)?.show(clock, rng)?)
    }

    fn publisher(&self, entry: &ZoneEntry) -> Result<Publisher, DnsError> {
        let key = self.key_file.as_deref().map(TsigKey::read).transpose()?;
        let servers = match self.servers.as_slice() {
            [] => Config::of_this_machine()?.servers,
            some => some.to_vec(),
        };
        Ok(Publisher::new(entry.zone.clone(), entry.name.clone(), servers, key)?)
    }
}

/// Not to remember costs an old record once; it is no reason to call the publication a failure.
fn remember(remembered: Option<&Remembered>, entry: &ZoneEntry, record: Option<&ServiceRecord>) {
    if let Some(Err(error)) = remembered.map(|remembered| remembered.put(&entry.name, record)) {
        tracing::warn!(zone = %entry.zone, %error, "what was published is not remembered");
    }
}

impl DnsError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Lookup(error) => error.code(),
            Self::Publish(error) => error.code(),
        }
    }
}
