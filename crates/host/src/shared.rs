//! What all threads of a host share.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use leasehold_core::{Clock, Rng};
use leasehold_store::StoreError;
use leasehold_store::host::Tip;

use crate::activation::Home;
use crate::batch_queue::BatchQueue;
use crate::identity::Identity;
use crate::job::Job;
use crate::rates::{RateLimits, Rates};
use crate::report::{Peaks, Report, UsageReport};
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
    peaks: Mutex<Peaks>,
    home: OnceLock<Home>,
    report_wanted: Mutex<Option<ReportRequest>>,
}

/// Asks the deciding thread, which has the store, for a report.
#[derive(Debug)]
pub(crate) struct ReportRequest {
    pub(crate) usage: UsageReport,
    pub(crate) reply: SyncSender<Result<Report, StoreError>>,
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
            peaks: Mutex::default(),
            home: OnceLock::new(),
            report_wanted: Mutex::default(),
        }
    }

    /// Who the host is now; `None` before it is activated.
    pub(crate) fn identity(&self) -> Option<Arc<Identity>> {
        self.identity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The host's folder, where orders come in.
    pub(crate) fn home(&self) -> Option<&Home> {
        self.home.get()
    }

    /// Takes orders in `home` from now on.
    pub(crate) fn take_orders(&self, home: &Home) {
        let _ = self.home.set(home.clone());
    }

    /// The newest seal that this host has made since it started.
    pub(crate) fn newest_seal(&self) -> Option<Tip> {
        *self.newest_seal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seal is in the store.
    pub(crate) fn sealed(&self, tip: Tip) {
        *self.newest_seal.lock().unwrap_or_else(PoisonError::into_inner) = Some(tip);
    }

    /// The most live leases of each family at once since the last answered renewal.
    pub(crate) fn peaks(&self) -> MutexGuard<'_, Peaks> {
        self.peaks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the host reports now. Blocks until the deciding thread has looked, a second or two.
    pub(crate) fn report(&self, usage: UsageReport) -> Result<Report, StoreError> {
        let (reply, answer) = sync_channel(1);
        *self.report_wanted.lock().unwrap_or_else(PoisonError::into_inner) = Some(ReportRequest { usage, reply });
        let silent = |_| StoreError::Unavailable("the deciding thread is busy".into());
        answer.recv_timeout(REPORT_TIMEOUT).map_err(silent)?
    }

    /// The report that is waited for.
    pub(crate) fn report_wanted(&self) -> Option<ReportRequest> {
        self.report_wanted.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// A new certificate takes the place of the old between two batches.
    pub(crate) fn set_identity(&self, identity: Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(identity));
    }
}

/// Requests that may wait; a client that finds no room is asked to come again.
const MAX_QUEUED: usize = 8_192;
/// How long a report is waited for.
const REPORT_TIMEOUT: Duration = Duration::from_secs(30);
