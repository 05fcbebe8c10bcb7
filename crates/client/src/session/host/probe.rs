//! Looking at a host without asking it for a lease: what the doctor needs.

use std::io;
use std::net::ToSocketAddrs;

use crate::error::failure::{Failure, NotAHost};
use crate::exchange::question::{Question, TIMEOUT_FOUND};
use crate::exchange::reply::{HttpReply, Reply};
use crate::refused::Refused;
use crate::route::{Reach, Route};
use crate::session::host::round::Hosts;
use crate::session::network::Network;

/// What a host shows.
#[derive(Debug)]
pub(crate) struct Probe {
    /// Its time, as HTTP writes it.
    pub(crate) date: Option<String>,
    /// Its certificate with its chain, not verified; or why there is none.
    pub(crate) certificate: Result<Vec<u8>, ProbeError>,
}

/// Why a host shows no certificate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    /// It does not answer.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// It says that it has none.
    #[error(transparent)]
    Refused(Refused),
}

/// The routes to the hosts that are known without DNS records, one for each of their addresses, unless a proxy lies between.
///
/// Waits for the system to look up their names.
pub(crate) fn known_routes(hosts: &Hosts<'_>) -> Vec<Route> {
    hosts.known_routes().iter().flat_map(|route| addresses(hosts.network, route)).collect()
}

/// What the host at the end of `route` shows to any client. The host counts nothing and changes nothing.
pub(crate) fn probe(network: &Network, route: &Route) -> Probe {
    let reply = network.exchange.ask(route, &Question::fetching("/v1/host", TIMEOUT_FOUND));
    let date = reply.as_ref().ok().map(|reply| reply.date.clone()).filter(|date| !date.is_empty());
    let certificate = match reply.and_then(HttpReply::document) {
        Ok(Reply::Document(bytes)) => Ok(bytes),
        Ok(Reply::Refused(refused)) => Err(ProbeError::Refused(refused)),
        Ok(Reply::Done) => Err(ProbeError::Failure(Failure::NotAHost(NotAHost::Unasked))),
        Err(failure) => Err(ProbeError::Failure(failure)),
    };
    Probe { date, certificate }
}

fn addresses(network: &Network, route: &Route) -> Vec<Route> {
    if network.exchange.proxy(route).is_some() {
        return vec![route.clone()];
    }
    let at = |reach| Route { reach, ..route.clone() };
    let sockets: io::Result<Vec<_>> = route.address.socket().to_socket_addrs().map(Iterator::collect);
    match sockets {
        Ok(sockets) if !sockets.is_empty() => sockets.into_iter().map(|socket| at(Reach::At(socket))).collect(),
        Ok(_) | Err(_) => vec![at(Reach::Nowhere)],
    }
}
