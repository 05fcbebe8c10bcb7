//! What all threads of a host share.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use leasehold_core::{Clock, Code, FamilyId, KeyId, Rng, Span};
use leasehold_service::trace::Spans;
use leasehold_store::StoreError;
use leasehold_store::host::{HostStore, Tip};

use crate::Error;
use crate::activation::Home;
use crate::batch_queue::BatchQueue;
use crate::decision_log::DecisionLog;
use crate::identity::Identity;
use crate::job::Job;
use crate::mark::Mark;
use crate::newest::NewestBatch;
use crate::questions::Questions;
use crate::rates::{RateLimits, Rates};
use crate::report::{Peaks, Report, UsageReport};
use crate::settings::OrdinaryLeases;
use crate::stages::Stages;
use crate::subscription::{SignIns, Subscription};
use crate::tallies::Tallies;

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
    pub(crate) questions: Questions,
    pub(crate) tallies: Tallies,
    identity: RwLock<Option<Arc<Identity>>>,
    mark: Mutex<Option<Mark>>,
    newest: Mutex<NewestBatch>,
    journal_keep: Mutex<Option<Span>>,
    ordinary: RwLock<Arc<OrdinaryLeases>>,
    peaks: Mutex<Peaks>,
    home: OnceLock<Home>,
    sign_ins: RwLock<Option<Arc<SignIns>>>,
    spans: OnceLock<Spans>,
}

/// What was answered and published so far.
#[derive(Debug)]
pub(crate) struct Counters {
    pub(crate) granted: AtomicU64,
    pub(crate) refused: AtomicU64,
    /// In the order of the codes.
    pub(crate) refused_by_code: [AtomicU64; Code::ALL.len()],
    /// Requests that were not looked at because their address had asked too often.
    pub(crate) rate_limited: AtomicU64,
    pub(crate) published: AtomicU64,
    pub(crate) not_published: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        let [granted, refused, rate_limited, published, not_published] = [(); 5].map(|()| AtomicU64::default());
        let refused_by_code = [const { AtomicU64::new(0) }; Code::ALL.len()];
        Self { granted, refused, refused_by_code, rate_limited, published, not_published }
    }
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
            ordinary: RwLock::default(),
            peaks: Mutex::default(),
            home: OnceLock::new(),
            questions: Questions::default(),
            tallies: Tallies::default(),
            sign_ins: RwLock::default(),
            spans: OnceLock::new(),
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

    /// Where spans go; `None` where none are told.
    pub(crate) fn spans(&self) -> Option<&Spans> {
        self.spans.get()
    }

    /// Tells spans from now on.
    pub(crate) fn set_spans(&self, spans: Option<Spans>) {
        if let Some(spans) = spans {
            let _ = self.spans.set(spans);
        }
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

    /// How long leases last that none borrows for longer, from now on.
    pub(crate) fn set_ordinary(&self, ordinary: OrdinaryLeases) {
        *self.ordinary.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ordinary);
    }

    /// How long leases last that none borrows for longer.
    pub(crate) fn ordinary(&self) -> Arc<OrdinaryLeases> {
        Arc::clone(&self.ordinary.read().unwrap_or_else(PoisonError::into_inner))
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

    /// Remembers how many leases of each family were live at once.
    pub(crate) fn note_live(&self, live: Vec<(FamilyId, u64)>) {
        let mut peaks = self.peaks();
        for (family, live) in live {
            let peak = peaks.entry(family).or_default();
            *peak = live.max(*peak);
        }
    }

    /// Asks the deciding thread, which has the store, something between two batches. Blocks until it has answered.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn HostStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.change(move |store| Ok((question(store)?, Vec::new())))
    }

    /// As [`Self::ask`], for what changes the store: it names the clients whose kept answers hold no more.
    pub(crate) fn change<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn HostStore) -> Result<(T, Vec<KeyId>), StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        let busy = || StoreError::Unavailable("the deciding thread is busy".into());
        let asked = self.questions.offer(Box::new(move |store| {
            let (answer, changed) = match question(store) {
                Ok((answer, changed)) => (Ok(answer), changed),
                Err(error) => (Err(error), Vec::new()),
            };
            // One who has gone away needs no answer.
            let _ = reply.send(answer);
            changed
        }));
        if !asked {
            return Err(busy());
        }
        self.arrived.wake();
        answer.recv_timeout(ANSWER_TIMEOUT).map_err(|_| busy())?
    }

    /// What the host reports now. Blocks until the deciding thread has looked.
    pub(crate) fn report(&self, usage: UsageReport) -> Result<Report, StoreError> {
        let Some(identity) = self.identity() else { return Ok(Report::default()) };
        let (peaks, now) = (self.peaks().clone(), self.clock.now());
        self.ask(move |store| Report::read(&identity, store, &peaks, usage, now))
    }

    /// Checks users' tokens; `None` where the host knows no identity provider.
    pub(crate) fn sign_ins(&self) -> Option<Arc<SignIns>> {
        self.sign_ins.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How users sign in from now on. Keys in hand stay where nothing has changed.
    pub(crate) fn set_subscription(&self, settings: Option<Subscription>) -> Result<(), Error> {
        let mut sign_ins = self.sign_ins.write().unwrap_or_else(PoisonError::into_inner);
        if sign_ins.as_ref().map(|known| &known.settings) != settings.as_ref() {
            let made = settings.map(|settings| SignIns::new(settings, Arc::clone(&self.clock)));
            *sign_ins = made.transpose()?.map(Arc::new);
        }
        Ok(())
    }

    /// A new certificate takes the place of the old between two batches.
    pub(crate) fn set_identity(&self, identity: Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(identity));
    }
}

/// Requests that may wait; a client that finds no room is asked to come again.
const MAX_QUEUED: usize = 8_192;
/// How long an answer of the deciding thread is waited for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
