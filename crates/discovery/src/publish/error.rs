//! Why a record could not be published, shown or withdrawn.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use leasehold_core::{Code, Timestamp};

use crate::name::{DomainName, NameError};

/// Why a record could not be published, shown or withdrawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The key file cannot be read.
    #[error("key file {}: {source}", path.display())]
    KeyFile {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The key file holds no key that can be used.
    #[error("key file {}: {source}", path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyFault,
    },
    /// The record's name is not in the zone.
    #[error("zone {zone}: {name} is not a name in it")]
    OutsideZone {
        /// The name.
        name: DomainName,
        /// The zone.
        zone: DomainName,
    },
    /// No name server could be reached.
    #[error("{}", describe(tried))]
    Unreachable {
        /// All that were tried, in their order.
        tried: Vec<Unreached>,
    },
    /// The server does not know the key, or has another secret or algorithm for it; or, at some servers, gives it no
    /// rights in the zone.
    #[error("name server {server}: it refuses the key {key}")]
    KeyRefused {
        /// Which server.
        server: SocketAddr,
        /// The key's name.
        key: DomainName,
    },
    /// Signatures are only good for some minutes, and the clocks are further apart.
    #[error("name server {server}: its clock says {}, and this machine's says {} (seconds since 1970)", theirs.unix(), ours.unix())]
    ClockApart {
        /// Which server.
        server: SocketAddr,
        /// What its clock says.
        theirs: Timestamp,
        /// What this machine's clock says.
        ours: Timestamp,
    },
    /// The server takes no update of this record from this key or machine.
    #[error("name server {server}: it does not permit updates of {name}")]
    NotPermitted {
        /// Which server.
        server: SocketAddr,
        /// The record's name.
        name: DomainName,
    },
    /// The server has not got the zone.
    #[error("name server {server}: it does not hold the zone {zone}")]
    NotTheZones {
        /// Which server.
        server: SocketAddr,
        /// The zone.
        zone: DomainName,
    },
    /// The name is an alias of another, where no record can be.
    #[error("zone {zone}: {name} is an alias (CNAME), and no record can stand beside it")]
    Alias {
        /// The name.
        name: DomainName,
        /// The zone.
        zone: DomainName,
    },
    /// The server cannot do updates at all.
    #[error("name server {server}: it takes no updates of any zone")]
    Unsupported {
        /// Which server.
        server: SocketAddr,
    },
    /// The server failed.
    #[error("name server {server}: it failed")]
    ServerFailed {
        /// Which server.
        server: SocketAddr,
    },
    /// The answer cannot be understood, or is not signed as it must be.
    #[error("name server {server}: its answer cannot be believed")]
    BadAnswer {
        /// Which server.
        server: SocketAddr,
    },
}

/// A name server that was tried and not reached.
#[derive(Debug, thiserror::Error)]
#[error("name server {server}: {source}")]
pub struct Unreached {
    /// Which.
    pub server: SocketAddr,
    /// What the system said.
    pub source: io::Error,
}

/// Why a text holds no key that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It is not one key statement.
    #[error("it is not of the form key \"name\" {{ algorithm hmac-sha256; secret \"...\"; }};")]
    Form,
    /// The key's name is none.
    #[error("the key's name: {0}")]
    Name(#[source] NameError),
    /// The algorithm is too weak, or none.
    #[error("the algorithm must be hmac-sha256, hmac-sha384 or hmac-sha512")]
    Algorithm,
    /// The secret is not in base64, or empty.
    #[error("the secret is not in base64")]
    Secret,
}

impl PublishError {
    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::KeyFile { .. } => Code::File,
            Self::Key { .. } => Code::NotADnsKey,
            Self::OutsideZone { .. } => Code::DnsOutsideZone,
            Self::Unreachable { .. } => Code::DnsNoAnswer,
            Self::KeyRefused { .. } => Code::DnsKeyRefused,
            Self::ClockApart { .. } => Code::DnsClockApart,
            Self::NotPermitted { .. } => Code::DnsNotPermitted,
            Self::NotTheZones { .. } => Code::DnsNotTheZones,
            Self::Alias { .. } => Code::DnsAlias,
            Self::Unsupported { .. } => Code::DnsNoUpdates,
            Self::ServerFailed { .. } => Code::DnsServerFailed,
            Self::BadAnswer { .. } => Code::DnsNonsense,
        }
    }
}

fn describe(tried: &[Unreached]) -> impl fmt::Display {
    match tried {
        [] => "name servers: none is set".to_owned(),
        some => some.iter().map(Unreached::to_string).collect::<Vec<_>>().join("; "),
    }
}
