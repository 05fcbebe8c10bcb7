//! A host's own records in DNS: one in each of its zones, published, shown, withdrawn.
//!
//! Messages and signatures are the affair of `leasehold-discovery`; when to publish is that of a serving host and of
//! `host dns publish`. Key file and name servers are read anew each time, so that neither a new key nor a
//! network that came up late needs a restart.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

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
    /// What of the record an administrator has named; the rest is this machine's, or as it was published last.
    pub named: Named,
}

/// What of a host's record an administrator has named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The host's name.
    pub target: Option<DomainName>,
    /// Its port.
    pub port: Option<u16>,
}

/// What came of withdrawing a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is gone.
    Removed,
    /// There was none.
    NothingThere,
    /// There was none, and one of these may be meant: at another port, or of a host whose name was guessed.
    Others(Vec<ServiceRecord>),
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

    /// The record that is this host's at `entry`: the one that it published there last, unless another one is named.
    pub fn own_at(&self, entry: &ZoneEntry) -> ServiceRecord {
        self.published_at(entry).unwrap_or_else(|| self.own.clone())
    }

    fn published_at(&self, entry: &ZoneEntry) -> Option<ServiceRecord> {
        let Named { target, port } = &self.named;
        let last = self.folder.as_deref().map(Remembered::new)?.of(&entry.name)?;
        let is_meant = target.as_ref().is_none_or(|target| *target == last.target);
        Some(last).filter(|last| is_meant && port.is_none_or(|port| port == last.port))
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

    /// Removes the host's record ([`Self::own_at`]) from `entry`; records of other hosts stay.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub fn withdraw(&self, entry: &ZoneEntry, clock: &dyn Clock, rng: &dyn Rng) -> Result<Withdrawal, DnsError> {
        let (published, own) = (self.published_at(entry), self.own_at(entry));
        let publisher = self.publisher(entry)?;
        let withdrawn = publisher.withdraw(&own, clock, rng)?;
        if published.is_some() {
            remember(self.folder.as_deref().map(Remembered::new).as_ref(), entry, None);
        }
        if withdrawn == Withdrawn::Removed {
            return Ok(Withdrawal::Removed);
        }
        let mut others = publisher.show(clock, rng)?;
        if published.is_some() || self.named.target.is_some() {
            others.retain(|other| other.target == own.target);
        }
        Ok(if others.is_empty() { Withdrawal::NothingThere } else { Withdrawal::Others(others) })
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

/// The records of `label` that the host of `folder` has published and not withdrawn, each with its zone.
pub fn published(folder: &Path, label: &ServiceLabel) -> Vec<(DomainName, ServiceRecord)> {
    let of_label = |(name, record): (DomainName, ServiceRecord)| {
        let zone: DomainName = name.as_str().splitn(3, '.').nth(2)?.parse().ok()?;
        label.within(&zone).is_ok_and(|own| own == name).then_some((zone, record))
    };
    Remembered::new(folder).all().into_iter().filter_map(of_label).collect()
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
