//! Where a request's time goes: nanoseconds and counts by stage, added up while the host serves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use leasehold_service::trace::RequestId;
use prometheus_client::encoding::{EncodeLabel, EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::exemplar::HistogramWithExemplars;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

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

/// A histogram for each stage.
pub(crate) type StageHistograms = Family<Vec<(&'static str, &'static str)>, StageHistogram, fn() -> StageHistogram>;
pub(crate) type StageHistogram = HistogramWithExemplars<Example>;

/// A request that took as long, by which log and traces are searched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Example(RequestId);

impl EncodeLabelSet for Example {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), std::fmt::Error> {
        ("request_id", self.0.to_string()).encode(encoder.encode_label())?;
        ("trace_id", self.0.trace().to_string()).encode(encoder.encode_label())
    }
}

/// Running totals.
#[derive(Debug)]
pub struct Stages {
    spent: [AtomicU64; 6],
    seconds: [StageHistogram; 6],
    by_stage: StageHistograms,
    batch_sizes: Histogram,
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

impl Default for Stages {
    fn default() -> Self {
        // From 10 µs to 5 s.
        let by_stage =
            StageHistograms::new_with_constructor(|| StageHistogram::new(exponential_buckets(0.000_01, 2.0, 20)));
        Self {
            spent: Default::default(),
            seconds: Stage::ALL.map(|stage| by_stage.get_or_create(&vec![("stage", stage.name())]).clone()),
            by_stage,
            batch_sizes: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            requests: AtomicU64::default(),
            batches: AtomicU64::default(),
        }
    }
}

impl Stages {
    /// Adds the time since `began` to `stage`, which a request took as one of its batch; returns the time now.
    #[expect(clippy::disallowed_methods, reason = "the shell measures itself")]
    pub(crate) fn add(&self, stage: Stage, began: Instant, one: Option<RequestId>) -> Instant {
        let now = Instant::now();
        let nanoseconds = u64::try_from((now - began).as_nanos()).unwrap_or(u64::MAX);
        self.spent[stage as usize].fetch_add(nanoseconds, Ordering::Relaxed);
        self.seconds[stage as usize].observe((now - began).as_secs_f64(), one.map(Example), None);
        now
    }

    pub(crate) fn batch(&self, requests: usize) {
        self.batch_sizes.observe(f64::from(u32::try_from(requests).unwrap_or(u32::MAX)));
        self.requests.fetch_add(requests as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
    }

    /// How long each stage has taken, one batch at a time; decoding, one request.
    pub(crate) fn histograms(&self) -> StageHistograms {
        self.by_stage.clone()
    }

    /// How many requests were decided together.
    pub(crate) fn batch_sizes(&self) -> Histogram {
        self.batch_sizes.clone()
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
