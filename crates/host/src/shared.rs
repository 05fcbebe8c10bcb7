//! What all threads of a host share.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use leasehold_core::{Clock, Rng};
use leasehold_store::host::Tip;

use crate::batch_queue::BatchQueue;
use crate::identity::Identity;
use crate::job::Job;
use crate::rates::{RateLimits, Rates};
use crate::stages::Stages;

/// What all threads of a host share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) arrived: BatchQueue<Job>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) rates: Rates,
    pub(crate) store_works: AtomicBool,
    pub(crate) stages: Stages,
    pub(crate) counters: Counters,
    identity: RwLock<Option<Arc<Identity>>>,
    newest_seal: Mutex<Option<Tip>>,
}

/// What was answered and published so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) granted: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) published: AtomicU64,
    pub(crate) not_published: AtomicU64,
}

impl Shared {
    pub(crate) fn new(
        (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>),
        identity: Option<Identity>,
        rates: RateLimits,
    ) -> Self {
        Self {
            arrived: BatchQueue::new(MAX_QUEUED),
            clock,
            rng,
            rates: Rates::new(rates),
            store_works: AtomicBool::new(true),
            stages: Stages::default(),
            counters: Counters::default(),
            identity: RwLock::new(identity.map(Arc::new)),
            newest_seal: Mutex::new(None),
        }
    }

    /// Who the host is now; `None` before it is activated.
    pub(crate) fn identity(&self) -> Option<Arc<Identity>> {
        self.identity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The newest seal that this host has made since it started.
    pub(crate) fn newest_seal(&self) -> Option<Tip> {
        *self.newest_seal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seal is in the store.
    pub(crate) fn sealed(&self, tip: Tip) {
        *self.newest_seal.lock().unwrap_or_else(PoisonError::into_inner) = Some(tip);
    }

    /// A new certificate takes the place of the old between two batches.
    pub(crate) fn set_identity(&self, identity: Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(identity));
    }
}

/// Requests that may wait; a client that finds no room is asked to come again.
const MAX_QUEUED: usize = 8_192;
