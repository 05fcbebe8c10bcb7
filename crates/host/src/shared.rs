//! What all threads of a host share.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use leasehold_core::{Clock, KeyId, Rng, Span};
use leasehold_store::StoreError;
use leasehold_store::host::Tip;

use crate::activation::Home;
use crate::batch_queue::BatchQueue;
use crate::decision_log::DecisionLog;
use crate::identity::Identity;
use crate::job::Job;
use crate::mark::Mark;
use crate::newest::NewestBatch;
use crate::rates::{RateLimits, Rates};
use crate::report::{Peaks, Report, UsageReport};
use crate::stages::Stages;
use crate::subscription::devices::DeviceCall;

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
    pub(crate) decisions: DecisionLog,
    identity: RwLock<Option<Arc<Identity>>>,
    mark: Mutex<Option<Mark>>,
    newest: Mutex<NewestBatch>,
    journal_keep: Mutex<Option<Span>>,
    peaks: Mutex<Peaks>,
    home: OnceLock<Home>,
    report_wanted: Mutex<Option<ReportRequest>>,
    device_calls: Mutex<Vec<DeviceCall>>,
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
            decisions: DecisionLog::default(),
            identity: RwLock::new(identity.map(Arc::new)),
            mark: Mutex::new(None),
            newest: Mutex::default(),
            journal_keep: Mutex::default(),
            peaks: Mutex::default(),
            home: OnceLock::new(),
            report_wanted: Mutex::default(),
            device_calls: Mutex::default(),
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

    /// Takes orders in `home` from now on, and notes each commit there.
    pub(crate) fn set_home(&self, home: &Home) {
        if self.home.set(home.clone()).is_ok() {
            *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = NewestBatch::open(home);
        }
    }

    /// The newest seal and batch that this host has recorded since it started; `None` before it has sealed.
    pub(crate) fn mark(&self) -> Option<Mark> {
        *self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long after their end leases stay in the journal, from now on.
    pub(crate) fn set_journal_keep(&self, keep: Option<Span>) {
        *self.journal_keep.lock().unwrap_or_else(PoisonError::into_inner) = keep;
    }

    /// How long after their end leases stay in the journal; `None` for ever.
    pub(crate) fn journal_keep(&self) -> Option<Span> {
        *self.journal_keep.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the store is known to have when the host starts.
    pub(crate) fn set_mark(&self, mark: Option<Mark>) {
        *self.mark.lock().unwrap_or_else(PoisonError::into_inner) = mark;
    }

    /// A batch is in the store, with its newest seal where it has one.
    pub(crate) fn recorded(&self, host: KeyId, batch: Option<u64>, tip: Option<Tip>) {
        let mut mark = self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        let before = mark.filter(|mark| mark.host == host).map(|mark| mark.tip);
        if let (Some(batch), Some(tip)) = (batch, tip.or(before)) {
            let recorded = Mark { host, tip, batch };
            *mark = Some(recorded);
            self.newest.lock().unwrap_or_else(PoisonError::into_inner).note(&recorded);
        }
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

    /// The users who wait for an answer.
    pub(crate) fn device_calls(&self) -> Vec<DeviceCall> {
        std::mem::take(&mut *self.device_calls.lock().unwrap_or_else(PoisonError::into_inner))
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
