//! Ways to hosts: an address, how the client came to it, and where its name leads.

use std::fmt;
use std::net::SocketAddr;

use crate::address::HostAddress;
use crate::error::HostSource;

/// A way to a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The host's address, by name where it has one.
    pub address: HostAddress,
    /// How the client came to it.
    pub found: HostSource,
    /// Where the name leads.
    pub reach: Reach,
}

/// Where a host's name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Wherever the system says.
    ByName,
    /// To this address, and no proxy stands between.
    At(SocketAddr),
    /// To no address.
    Nowhere,
}

impl Route {
    /// The way to an address that the system looks up.
    pub(crate) fn by_name(address: HostAddress, found: HostSource) -> Self {
        Self { address, found, reach: Reach::ByName }
    }

    /// The way to a host that a record names; `None` where no URL could hold the name.
    pub(crate) fn to_record(target: &str, port: u16, found: HostSource, reach: Reach) -> Option<Self> {
        Some(Self { address: format!("{target}:{port}").parse().ok()?, found, reach })
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, found, reach } = self;
        match reach {
            Reach::ByName | Reach::Nowhere => write!(f, "{address}{found}"),
            Reach::At(socket) => write!(f, "{address} at {}{found}", socket.ip()),
        }
    }
}
