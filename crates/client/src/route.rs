//! Routes to hosts: an address, how the client knows it, and where its name leads.

use std::fmt;
use std::net::SocketAddr;

use leasehold_discovery::DomainName;

use crate::address::HostAddress;

/// A route to a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The host's address, by name where it has one.
    pub address: HostAddress,
    /// How the client knows it.
    pub source: HostSource,
    /// Where the name leads.
    pub reach: Reach,
}

/// How a client knows a host's address, in the order in which hosts are tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostSource {
    /// It was set: by argument, by `LEASEHOLD_HOST`.
    Setting,
    /// It granted the current lease.
    LastGrant,
    /// A DNS record names it.
    Record {
        /// The suffix under which the record was found.
        suffix: DomainName,
    },
    /// It announces itself on the local link.
    LocalLink,
    /// The agent of this machine knows it.
    Agent,
}

/// Where a host's name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Where the system says.
    ByName,
    /// To this address, without a proxy.
    At(SocketAddr),
    /// To the agent of this machine, which asks the host.
    ByAgent,
    /// To no address.
    Nowhere,
}

impl Route {
    /// The route to an address that the system looks up.
    pub(crate) fn by_name(address: HostAddress, source: HostSource) -> Self {
        Self { address, source, reach: Reach::ByName }
    }

    /// The route to a host that a record names; `None` where no URL can hold the name.
    pub(crate) fn to_record(target: &str, port: u16, source: HostSource, reach: Reach) -> Option<Self> {
        Some(Self { address: format!("{target}:{port}").parse().ok()?, source, reach })
    }
}

impl HostSource {
    /// Whether the network named the host: anyone on it could have.
    pub fn is_found(&self) -> bool {
        match self {
            Self::Setting | Self::LastGrant => false,
            Self::Record { .. } | Self::LocalLink | Self::Agent => true,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, source, reach } = self;
        match reach {
            Reach::ByName | Reach::ByAgent | Reach::Nowhere => write!(f, "{address}{source}"),
            Reach::At(socket) => write!(f, "{address} at {}{source}", socket.ip().to_canonical()),
        }
    }
}

impl fmt::Display for HostSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting => Ok(()),
            Self::LastGrant => f.write_str(" (which granted the current lease)"),
            Self::Record { suffix } => write!(f, " (found in DNS under {suffix})"),
            Self::LocalLink => f.write_str(" (announced on the local link)"),
            Self::Agent => f.write_str(" (by the agent of this machine)"),
        }
    }
}
