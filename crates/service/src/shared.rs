//! What all connections of a server have in common.

use std::sync::Arc;

use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto;
use tokio_rustls::TlsAcceptor;

use crate::idle::CheckIntervals;
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
