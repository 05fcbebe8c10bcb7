//! Routes to hosts: an address, how the client knows it, and where its name leads.

use std::fmt;
use std::net::SocketAddr;

use crate::address::HostAddress;
use crate::error::failure::HostSource;

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

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, source, reach } = self;
        match reach {
            Reach::ByName | Reach::ByAgent | Reach::Nowhere => write!(f, "{address}{source}"),
            Reach::At(socket) => write!(f, "{address} at {}{source}", socket.ip().to_canonical()),
        }
    }
}
