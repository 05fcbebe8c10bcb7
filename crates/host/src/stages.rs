//! Where a request's time goes: nanoseconds and counts by stage, added up while the host serves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The stages of a request's way, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Stage {
    /// Reading the document and unpacking its key.
    Decode,
    /// Checking signatures, in batches.
    Verify,
    /// Loading rows and deciding.
    Decide,
    /// Building the tree and signing it.
    Seal,
    /// Writing and committing.
    Commit,
    /// Encoding leases and handing them back.
    Reply,
}

/// Running totals.
#[derive(Debug, Default)]
pub struct Stages {
    spent: [AtomicU64; 6],
    requests: AtomicU64,
    batches: AtomicU64,
}

impl Stage {
    /// All stages in order.
    pub const ALL: [Self; 6] = [Self::Decode, Self::Verify, Self::Decide, Self::Seal, Self::Commit, Self::Reply];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Verify => "verify",
            Self::Decide => "decide",
            Self::Seal => "seal",
            Self::Commit => "commit",
            Self::Reply => "reply",
        }
    }
}

impl Stages {
    /// Adds the time since `began` to `stage`; returns the time now.
    #[expect(clippy::disallowed_methods, reason = "the shell measures itself")]
    pub(crate) fn add(&self, stage: Stage, began: Instant) -> Instant {
        let now = Instant::now();
        let nanoseconds = u64::try_from((now - began).as_nanos()).unwrap_or(u64::MAX);
        self.spent[stage as usize].fetch_add(nanoseconds, Ordering::Relaxed);
        now
    }

    pub(crate) fn batch(&self, requests: usize) {
        self.requests.fetch_add(requests as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
    }

    /// Nanoseconds spent in `stage` so far.
    pub fn spent(&self, stage: Stage) -> u64 {
        self.spent[stage as usize].load(Ordering::Relaxed)
    }

    /// Requests decided and batches they came in.
    pub fn decided(&self) -> (u64, u64) {
        (self.requests.load(Ordering::Relaxed), self.batches.load(Ordering::Relaxed))
    }
}

#[expect(clippy::disallowed_methods, reason = "the shell measures itself")]
pub(crate) fn start() -> Instant {
    Instant::now()
}
