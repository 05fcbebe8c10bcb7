//! What all connections of a server have in common.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto;

use crate::addresses::{AddressPermit, Addresses};
use crate::counters::count;
use crate::handler::AnyHandler;
use crate::idle::{CheckIntervals, Load};
use crate::trace::{RequestIds, Spans};
use crate::{Counters, Limits, Tls, TrustedProxies};

/// What all connections of a server have in common.
pub(crate) struct Shared {
    pub(crate) handler: Box<dyn AnyHandler>,
    pub(crate) limits: Limits,
    pub(crate) looks: CheckIntervals,
    pub(crate) counters: Arc<Counters>,
    pub(crate) http: auto::Builder<TokioExecutor>,
    pub(crate) tls: Option<Tls>,
    pub(crate) trusted: TrustedProxies,
    pub(crate) addresses: Arc<Addresses>,
    pub(crate) ids: RequestIds,
    pub(crate) spans: Option<Spans>,
}

impl Shared {
    /// A permit for one more connection from `peer`; `None`, which is counted, where its address has as many as it may.
    pub(crate) fn address_permit(&self, peer: SocketAddr) -> Option<AddressPermit> {
        let max = self.limits.connections_per_address;
        let permit = self.addresses.take(peer.ip(), max);
        if permit.is_none() {
            count(&self.counters.per_address);
            tracing::debug!(%peer, max, "too many connections of one address, closed");
        }
        permit
    }

    /// Whether more than nine in ten of the connections that may be open are.
    pub(crate) fn load(&self) -> Load {
        let connections = self.limits.connections;
        let crowded = self.counters.open.load(Relaxed) > u64::from(connections - connections / 10);
        if crowded { Load::Crowded } else { Load::Normal }
    }
}
