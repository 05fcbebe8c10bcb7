//! Looking at a host without asking it for anything: what a doctor needs.

use std::io;
use std::net::ToSocketAddrs;

use crate::client::Client;
use crate::error::{Error, Failure, HostSource};
use crate::session::exchange::Reply;
use crate::session::host::route::{Reach, Route};
use crate::session::refused::Refused;

/// What a host shows of itself.
#[derive(Debug)]
pub struct Shown {
    /// The time that it tells, as HTTP writes it.
    pub date: Option<String>,
    /// Its certificate with its chain, not verified; or why there is none.
    pub certificate: Result<Vec<u8>, Hidden>,
}

/// Why a host shows no certificate.
#[derive(Debug, thiserror::Error)]
pub enum Hidden {
    /// It does not answer.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// It says that it has none.
    #[error(transparent)]
    Refused(Refused),
}

impl Client {
    /// The ways to the hosts that are known without DNS records: those set, and the one that granted the current lease;
    /// each address of theirs one of its own, unless a proxy stands between.
    ///
    /// Waits for the system to look up their names.
    pub fn known_ways(&self) -> Vec<Route> {
        self.known_routes().iter().flat_map(|route| self.addresses(route)).collect()
    }

    /// The ways to the hosts that `found` names, each address one of its own.
    pub fn found_ways(found: &leasehold_discovery::Found) -> Vec<Route> {
        crate::session::host::lookup::routes(found)
    }

    /// What the host at the end of `route` shows of itself to whoever looks. It counts nobody and changes nothing.
    pub fn examine(&self, route: &Route) -> Shown {
        let (date, reply) = self.exchange.look(route, "/v1/host");
        let certificate = match reply {
            Ok(Reply::Document(bytes)) => Ok(bytes),
            Ok(Reply::Refused(refused)) => Err(Hidden::Refused(refused)),
            Ok(Reply::Done) => Err(Hidden::Failure(Failure::NotAHost(crate::session::exchange::NotAHost::Unasked))),
            Err(failure) => Err(Hidden::Failure(failure)),
        };
        Shown { date, certificate }
    }

    /// Whether the state directory can be written.
    ///
    /// # Errors
    /// [`Error::State`] where it cannot.
    pub fn check_state(&self) -> Result<(), Error> {
        self.state.lock().map(drop)
    }

    fn addresses(&self, route: &Route) -> Vec<Route> {
        if self.exchange.is_proxied(&route.address) {
            return vec![route.clone()];
        }
        let at = |reach| Route { reach, ..route.clone() };
        let sockets: io::Result<Vec<_>> = route.address.socket().to_socket_addrs().map(Iterator::collect);
        match sockets {
            Ok(sockets) if !sockets.is_empty() => sockets.into_iter().map(|socket| at(Reach::At(socket))).collect(),
            Ok(_) | Err(_) => vec![at(Reach::Nowhere)],
        }
    }
}

impl HostSource {
    /// Whether anybody on the network could have put the client onto it.
    pub fn is_found(&self) -> bool {
        match self {
            Self::Setting | Self::LastGrant => false,
            Self::Record { .. } | Self::LocalLink => true,
        }
    }
}
