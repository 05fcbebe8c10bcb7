//! What all connections of a server have in common.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto;
use tokio_rustls::TlsAcceptor;

use crate::idle::{CheckIntervals, Load};
use crate::{Counters, Limits};

/// What all connections of a server have in common.
pub(crate) struct Shared<H> {
    pub(crate) handler: H,
    pub(crate) limits: Limits,
    pub(crate) looks: CheckIntervals,
    pub(crate) counters: Arc<Counters>,
    pub(crate) http: auto::Builder<TokioExecutor>,
    pub(crate) tls: Option<TlsAcceptor>,
}

impl<H> Shared<H> {
    /// Whether more than nine in ten of the connections that may be open are.
    pub(crate) fn load(&self) -> Load {
        let connections = self.limits.connections;
        let crowded = self.counters.open.load(Relaxed) > u64::from(connections - connections / 10);
        if crowded { Load::Crowded } else { Load::Normal }
    }
}
