//! What one connection is doing, as its requests note it.
//!
//! A few relaxed atomics and no timer: the connection looks at them now and then ([`crate::idle`]), and tells requests
//! that wait that it did.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use http::Version;
use tokio::sync::Notify;

/// What happens on one connection.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    begun: AtomicU64,
    finished: AtomicU64,
    /// Bytes that have come in all.
    bytes: AtomicU64,
    /// Bytes have come since the last request finished.
    received: AtomicBool,
    http2: AtomicBool,
    looked: Notify,
}

/// The requests of a connection so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Requests {
    pub(crate) begun: u64,
    pub(crate) finished: u64,
}

impl Activity {
    /// Notes that a request's headers are in; it is in flight until the returned value is dropped.
    pub(crate) fn begin(&self, version: Version) -> InFlight<'_> {
        self.http2.store(version == Version::HTTP_2, Relaxed);
        self.begun.fetch_add(1, Relaxed);
        InFlight(self)
    }

    /// Notes that so many bytes have come.
    pub(crate) fn hear(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Relaxed);
        self.received.store(true, Relaxed);
    }

    /// Bytes that have come so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// Whether the last request came over HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        self.http2.load(Relaxed)
    }

    pub(crate) fn requests(&self) -> Requests {
        // In this order, a request that ends meanwhile counts as in flight rather than as none.
        let finished = self.finished.load(Relaxed);
        Requests { begun: self.begun.load(Relaxed), finished }
    }

    /// Whether the bytes since the last request can only be the head of another. Of HTTP/2 this is never known.
    pub(crate) fn hears_head(&self) -> bool {
        self.received.load(Relaxed) && !self.is_http2()
    }

    /// Tells the requests in flight that time has passed.
    pub(crate) fn look(&self) {
        self.looked.notify_waiters();
    }

    /// What comes of `work`, or `None` if it is not done after so many looks.
    pub(crate) async fn within<F: Future>(&self, looks: u32, mut work: Pin<&mut F>) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = work.as_mut() => Some(output),
            () = self.looks(looks) => None,
        }
    }

    async fn looks(&self, number: u32) {
        for _ in 0..number {
            self.looked.notified().await;
        }
    }
}

/// A request in flight.
pub(crate) struct InFlight<'a>(&'a Activity);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.received.store(false, Relaxed);
        self.0.finished.fetch_add(1, Relaxed);
    }
}
