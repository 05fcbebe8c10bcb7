//! Looking for hosts by name: in DNS under this machine's suffixes, and on the local link, as far as the application allows.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use leasehold_discovery::{Candidate, Finder, Found, ServiceLabel};
use leasehold_wire::Manifest;

use crate::context::Context;
use crate::error::search::SearchError;
use crate::route::{HostSource, Reach, Route};
use crate::session::network::Network;
#[cfg(feature = "mdns")]
use crate::session::search::LocalLink;

/// Looks for hosts in DNS: those found in their order, and every query. Nothing where [`crate::Options::lookup`] is off.
///
/// Waits for the network. What is found is not trusted: a forged record can delay a client, not deceive it.
///
/// # Errors
/// Where it cannot begin; that nothing is found is no error.
pub(crate) fn find_hosts(context: &Context, network: &Network) -> Result<Found, SearchError> {
    let label = service_label(&context.manifest)?;
    let finder = network.search.finder()?;
    let find = |finder: Arc<Finder>| finder.find(&label, context.clock.as_ref(), context.rng.as_ref());
    Ok(finder.map_or_else(Found::default, find))
}

/// Listens for hosts on the local link: the routes to them. None where [`crate::Options::local_link`] ignores them, or the
/// system allows no multicast.
#[cfg(feature = "mdns")]
pub(crate) fn local_routes(context: &Context, network: &Network) -> Vec<Route> {
    let Some(label) = service_label(&context.manifest).ok().filter(|_| network.local_link == LocalLink::Browsed) else {
        return Vec::new();
    };
    let hosts = leasehold_discovery::mdns::browse(&label, LISTEN, MAX_LOCAL, context.clock.as_ref());
    hosts.unwrap_or_default().iter().flat_map(|host| routes_to(host, &HostSource::LocalLink)).collect()
}

/// Hosts on the local link are not listened for.
#[cfg(not(feature = "mdns"))]
pub(crate) fn local_routes(_context: &Context, _network: &Network) -> Vec<Route> {
    Vec::new()
}

/// The label of the service's records, without its underscore.
///
/// # Errors
/// Where the manifest names one that no record can have.
fn service_label(manifest: &Manifest) -> Result<ServiceLabel, SearchError> {
    let label = manifest.service.as_ref();
    label.map_or(Ok(ServiceLabel::default()), |label| label.as_str().parse()).map_err(SearchError::Label)
}

/// The routes to the hosts that were found, one for each address.
pub(crate) fn routes(found: &Found) -> Vec<Route> {
    let record = |candidate: &Candidate| HostSource::Record { suffix: candidate.suffix.clone() };
    found.candidates.iter().flat_map(|candidate| routes_to(candidate, &record(candidate))).collect()
}

/// The routes to one host, one for each address.
fn routes_to(candidate: &Candidate, source: &HostSource) -> Vec<Route> {
    let route = |reach| Route::to_record(candidate.target.as_str(), candidate.port, source.clone(), reach);
    if candidate.addresses.is_empty() {
        return route(Reach::Nowhere).into_iter().collect();
    }
    let sockets = candidate.addresses.iter().map(|ip| SocketAddr::new(*ip, candidate.port));
    sockets.filter_map(|socket| route(Reach::At(socket))).collect()
}

/// How long a lookup may take: as [`leasehold_discovery::Config::limit`] is unless set.
pub(crate) const TIME: Duration = Duration::from_secs(15);
/// Hosts on a link answer at once, or not at all.
#[cfg(feature = "mdns")]
const LISTEN: Duration = Duration::from_secs(2);
/// The most hosts that are tried on one link.
#[cfg(feature = "mdns")]
const MAX_LOCAL: usize = 8;
