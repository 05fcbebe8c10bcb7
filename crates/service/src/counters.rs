//! What an operator needs to see of the plumbing. Decisions are counted where they are made.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The counters of one server, shared with the code that prints them.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) open: AtomicU64,
    pub(crate) accepted: AtomicU64,
    pub(crate) accept_errors: AtomicU64,
    pub(crate) full: AtomicU64,
    pub(crate) per_address: AtomicU64,
    pub(crate) handshake_failures: AtomicU64,
    pub(crate) cut: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) panics: AtomicU64,
}

impl Counters {
    /// The numbers now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            connections_open: self.open.load(Relaxed),
            connections_accepted: self.accepted.load(Relaxed),
            accept_errors: self.accept_errors.load(Relaxed),
            connection_limit_reached: self.full.load(Relaxed),
            connections_refused: self.per_address.load(Relaxed),
            handshake_failures: self.handshake_failures.load(Relaxed),
            connections_cut: self.cut.load(Relaxed),
            requests: self.requests.load(Relaxed),
            handler_panics: self.panics.load(Relaxed),
        }
    }
}

/// The numbers of one moment. All but the first only ever grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// Connections open now.
    pub connections_open: u64,
    /// Connections accepted.
    pub connections_accepted: u64,
    /// Times that the system failed to hand over a connection, mostly for want of file descriptors.
    pub accept_errors: u64,
    /// Times that new connections had to wait because the limit was reached.
    pub connection_limit_reached: u64,
    /// Connections closed at once because their address had as many as it may.
    pub connections_refused: u64,
    /// TLS handshakes that failed or took too long.
    pub handshake_failures: u64,
    /// Connections cut because their client was too slow, or did not end within a shutdown.
    pub connections_cut: u64,
    /// Requests whose headers arrived, whatever became of them.
    pub requests: u64,
    /// Handlers that panicked.
    pub handler_panics: u64,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
