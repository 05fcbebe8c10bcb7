//! Spans on their way to a collector: a bounded queue, and a thread that sends what has gathered. What finds the queue full, or the
//! collector silent, is lost and counted; no request waits.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use super::{RequestId, Span, otlp};

/// Where spans are sent. It may block.
pub trait Collector: Send + 'static {
    /// Sends an OTLP body in JSON.
    ///
    /// # Errors
    /// Why it was not taken, in words.
    fn send(&self, body: &[u8]) -> Result<(), String>;
}

/// The share of requests that are traced where the caller does not say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(f64);

/// Takes spans. Clones share one queue.
#[derive(Clone, Debug)]
pub struct Spans {
    /// `None` is the end.
    queue: SyncSender<Option<Span>>,
    lost: Arc<AtomicU64>,
    share: Share,
}

/// The thread that sends.
#[derive(Debug)]
pub struct SpanSender {
    thread: JoinHandle<()>,
    queue: SyncSender<Option<Span>>,
    ending: Arc<AtomicBool>,
}

/// A share that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidShare;

impl Share {
    /// All requests.
    pub const ALL: Self = Self(1.0);

    /// A share from 0 to 1.
    ///
    /// # Errors
    /// [`InvalidShare`].
    pub fn new(share: f64) -> Result<Self, InvalidShare> {
        if (0.0..=1.0).contains(&share) { Ok(Self(share)) } else { Err(InvalidShare) }
    }

    #[expect(clippy::cast_precision_loss, reason = "a share is no exact number")]
    fn covers(self, number: u64) -> bool {
        (number as f64) < self.0 * (u64::MAX as f64) || self == Self::ALL
    }
}

impl fmt::Display for InvalidShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share is a number from 0 to 1")
    }
}

impl Spans {
    /// Sends spans of the program `service` to `collector` from now on.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn send_to(
        collector: impl Collector,
        service: &'static str,
        share: Share,
    ) -> Result<(Self, SpanSender), std::io::Error> {
        let (queue, spans) = sync_channel(MAX_QUEUED);
        let (lost, ending) = (Arc::new(AtomicU64::default()), Arc::new(AtomicBool::default()));
        let (counted, asked) = (Arc::clone(&lost), Arc::clone(&ending));
        let sending = Sending { collector, service, lost: counted, ending: asked, is_down: false };
        let thread = thread::Builder::new().name("traces".to_owned()).spawn(move || sending.run(&spans))?;
        Ok((Self { queue: queue.clone(), lost, share }, SpanSender { thread, queue, ending }))
    }

    /// Whether this request is traced: as its caller says, else by the share.
    pub fn covers(&self, request: &RequestId) -> bool {
        request.is_recorded().unwrap_or_else(|| self.share.covers(request.number()))
    }

    /// Takes a span, or loses it where the queue is full.
    pub fn offer(&self, span: Span) {
        if self.queue.try_send(Some(span)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Spans that were lost so far.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

impl SpanSender {
    /// Sends what was taken and ends; a collector that does not take it is tried once.
    pub fn finish(self) {
        self.ending.store(true, Ordering::Relaxed);
        // Where there is no room for it, the thread is at work and will look.
        let _ = self.queue.try_send(None);
        let _ = self.thread.join();
    }
}

struct Sending<C> {
    collector: C,
    service: &'static str,
    lost: Arc<AtomicU64>,
    ending: Arc<AtomicBool>,
    is_down: bool,
}

impl<C: Collector> Sending<C> {
    fn run(mut self, spans: &Receiver<Option<Span>>) {
        while !self.ending.load(Ordering::Relaxed) {
            let Ok(Some(first)) = spans.recv() else { break };
            let batch = gather(first, spans);
            self.send(&batch);
        }
        let left: Vec<Span> = spans.try_iter().flatten().collect();
        for batch in left.chunks(MAX_BATCH) {
            self.send(batch);
            if self.is_down {
                return;
            }
        }
    }

    /// Says once that the collector does not take spans, and once that it does again.
    fn send(&mut self, batch: &[Span]) {
        let body = otlp::encode(self.service, batch, clocks());
        match self.collector.send(&body) {
            Ok(()) if self.is_down => {
                let lost = self.lost.load(Ordering::Relaxed);
                tracing::info!(lost, "the collector takes traces again");
                self.is_down = false;
            }
            Ok(()) => {}
            Err(error) => {
                self.lost.fetch_add(batch.len() as u64, Ordering::Relaxed);
                if !self.is_down {
                    tracing::warn!(error, "the collector takes no traces: they are lost until it does");
                }
                self.is_down = true;
            }
        }
    }
}

/// What comes within a second of the first, up to a batch.
fn gather(first: Span, spans: &Receiver<Option<Span>>) -> Vec<Span> {
    let (until, mut batch) = (clocks().0 + GATHER, vec![first]);
    while batch.len() < MAX_BATCH {
        match spans.recv_timeout(until.saturating_duration_since(clocks().0)) {
            Ok(Some(span)) => batch.push(span),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

/// Now, on the clock that measures and on the one that tells the time.
#[expect(clippy::disallowed_methods, reason = "the shell measures itself; no decision hangs on it")]
fn clocks() -> (Instant, SystemTime) {
    (Instant::now(), SystemTime::now())
}

/// Spans that may wait.
const MAX_QUEUED: usize = 4_096;
/// Spans that are sent at once.
const MAX_BATCH: usize = 512;
/// How long spans gather.
const GATHER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use http::HeaderMap;

    use super::*;
    use crate::trace::RequestIds;

    /// A collector that answers when it is let.
    struct Held(Receiver<Result<(), String>>, Sender<usize>);

    impl Collector for Held {
        fn send(&self, body: &[u8]) -> Result<(), String> {
            let body: serde_json::Value = serde_json::from_slice(body).unwrap();
            let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().len();
            self.1.send(spans).unwrap();
            self.0.recv().unwrap_or(Ok(()))
        }
    }

    fn span() -> Span {
        let now = clocks().0;
        Span::whole(RequestIds::default().next(&HeaderMap::new()), "GET".to_owned(), (now, now))
    }

    #[test]
    fn a_collector_that_hangs_costs_spans_and_no_request_waits() {
        let ((answers, answered), (sent, sizes)) = (channel(), channel());
        let (spans, sender) = Spans::send_to(Held(answered, sent), "test", Share::ALL).unwrap();
        (0..MAX_BATCH).for_each(|_| spans.offer(span()));
        assert_eq!(sizes.recv(), Ok(MAX_BATCH));
        // It hangs in this first batch: the queue fills, the rest is lost.
        (0..MAX_QUEUED + 7).for_each(|_| spans.offer(span()));
        assert_eq!(spans.lost(), 7);
        answers.send(Err("it is full".to_owned())).unwrap();
        drop(answers);
        sender.finish();
        assert_eq!(sizes.iter().sum::<usize>(), MAX_QUEUED, "the rest was sent before the end");
        assert_eq!(spans.lost(), 7 + MAX_BATCH as u64);
    }

    #[test]
    fn the_caller_says_whether_a_request_is_traced_and_else_the_share() {
        let (spans, _) = Spans::send_to(Held(channel().1, channel().0), "test", Share::new(0.0).unwrap()).unwrap();
        let ids = RequestIds::default();
        assert!(!spans.covers(&ids.next(&HeaderMap::new())));
        assert!(Spans { share: Share::ALL, ..spans.clone() }.covers(&ids.next(&HeaderMap::new())));
        let half = Share::new(0.5).unwrap();
        assert!(half.covers(u64::MAX / 4) && !half.covers(u64::MAX / 4 * 3));
        for (flags, traced) in [("01", true), ("00", false)] {
            let mut headers = HeaderMap::new();
            let value = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
            headers.insert("traceparent", value.parse().unwrap());
            for share in [Share::ALL, Share::new(0.0).unwrap()] {
                assert_eq!(Spans { share, ..spans.clone() }.covers(&ids.next(&headers)), traced);
            }
        }
        assert_eq!(Share::new(1.5), Err(InvalidShare));
        assert_eq!(Share::new(f64::NAN), Err(InvalidShare));
    }
}
