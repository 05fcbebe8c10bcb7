//! Why a record could not be published, shown or withdrawn.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use leasehold_core::Timestamp;

use super::key_file::KeyFault;
use crate::name::DomainName;

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
    #[error("{}", told(tried))]
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

impl PublishError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyFile { .. } => "file",
            Self::Key { .. } => "not-a-dns-key",
            Self::OutsideZone { .. } => "dns-outside-zone",
            Self::Unreachable { .. } => "dns-no-answer",
            Self::KeyRefused { .. } => "dns-key-refused",
            Self::ClockApart { .. } => "dns-clock-apart",
            Self::NotPermitted { .. } => "dns-not-permitted",
            Self::NotTheZones { .. } => "dns-not-the-zones",
            Self::Alias { .. } => "dns-alias",
            Self::Unsupported { .. } => "dns-no-updates",
            Self::ServerFailed { .. } => "dns-server-failed",
            Self::BadAnswer { .. } => "dns-nonsense",
        }
    }
}

fn told(tried: &[Unreached]) -> impl fmt::Display {
    match tried {
        [] => "name servers: none is set".to_owned(),
        some => some.iter().map(Unreached::to_string).collect::<Vec<_>>().join("; "),
    }
}

#[cfg(test)]
mod tests {
    use leasehold_core::codes;

    use super::*;

    #[test]
    fn every_error_is_explained() {
        let server = SocketAddr::from(([10, 0, 0, 53], 53));
        let [name, zone, key]: [DomainName; 3] = ["a.example", "example", "key"].map(|name| name.parse().unwrap());
        let (path, time) = (PathBuf::from("tsig.key"), Timestamp::from_unix(1));
        for error in [
            PublishError::KeyFile { path: path.clone(), source: io::ErrorKind::NotFound.into() },
            PublishError::Key { path, source: KeyFault::Form },
            PublishError::OutsideZone { name: name.clone(), zone: zone.clone() },
            PublishError::Unreachable { tried: Vec::new() },
            PublishError::KeyRefused { server, key },
            PublishError::ClockApart { server, theirs: time, ours: time },
            PublishError::NotPermitted { server, name: name.clone() },
            PublishError::NotTheZones { server, zone: zone.clone() },
            PublishError::Alias { name, zone },
            PublishError::Unsupported { server },
            PublishError::ServerFailed { server },
            PublishError::BadAnswer { server },
        ] {
            assert!(codes::find(error.code()).is_some(), "{error}");
        }
    }
}
