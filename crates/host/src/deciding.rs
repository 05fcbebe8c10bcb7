//! The thread that decides: all that waits is one batch, verified together. The next batch gathers meanwhile. Between batches it
//! looks after the store.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use leasehold_store::host::HostStore;

use crate::answers::Answers;
use crate::batch_queue::Received;
use crate::carried;
use crate::decide::{NewestSeal, decide};
use crate::ending::RevokedClients;
use crate::job::Reply;
use crate::orders::carry_out;
use crate::shared::Shared;
use crate::stages::{Stage, start};
use crate::upkeep::{Condition, answer, fold, look_after, prune};
use crate::verify::verify;

/// Decides what comes until the queue is closed. Once a second it looks after the store, whatever the load; while no client
/// asks it tidies the store.
pub(crate) fn run(shared: &Shared, mut store: Box<dyn HostStore>) {
    let _guard = ShutdownGuard(shared);
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let mut condition = Condition::InPlace;
    // At once for the first time: orders and revocations may have waited for the host to serve.
    let mut due = start();
    let (mut newest, mut answers) = (NewestSeal::default(), Answers::default());
    let mut revoked = RevokedClients::default();
    let (mut asked, mut tidied) = (None, false);
    loop {
        let until_due = due.saturating_duration_since(start());
        match shared.arrived.take(MAX_BATCH, if tidied { until_due } else { until_due.min(REST) }) {
            Received::Batch(jobs) => {
                let began = start();
                let batch = verify(jobs, processors);
                let one = batch.first().and_then(|item| item.follow.id);
                shared.stages.add(Stage::Verify, began, one);
                match condition {
                    Condition::InPlace => decide(shared, store.as_mut(), batch, (&mut newest, &mut answers)),
                    Condition::Replaced => batch.into_iter().for_each(|item| item.answer(Reply::StoreUnavailable)),
                }
                (asked, tidied) = (Some(start()), false);
            }
            Received::Idle => {
                // Between two batches of a busy host the queue is empty for a moment: that is no rest.
                let rests = asked.is_none_or(|asked| start().saturating_duration_since(asked) >= REST);
                if !tidied && rests && condition == Condition::InPlace {
                    tidied = !fold(shared, store.as_mut()) && !prune(shared, store.as_mut(), newest.at);
                }
            }
            Received::Closed => break,
        }
        answer(shared, store.as_mut()).into_iter().for_each(|client| answers.forget_client(client));
        let now = start();
        if now >= due {
            condition = look_after(shared, store.as_mut(), condition);
            shared.decisions.tell();
            let mut more = false;
            if condition == Condition::InPlace {
                carry_out(shared, store.as_mut()).into_iter().for_each(|client| answers.forget_client(client));
                carried::answer_waiting(shared, |batch| {
                    decide(shared, store.as_mut(), batch, (&mut newest, &mut answers));
                });
                more = revoked.end_some(shared, store.as_mut());
                // A host that never rests prunes too, a piece each time.
                prune(shared, store.as_mut(), newest.at);
            }
            // A store that failed is tried again.
            tidied = false;
            due = if more { now } else { now + PAUSE };
        }
    }
    while condition == Condition::InPlace && matches!(store.tidy(), Ok(true)) {}
}

/// However deciding ends, even by a panic: all waiting clients are answered, and the host says that it is not ready.
struct ShutdownGuard<'s>(&'s Shared);

impl Drop for ShutdownGuard<'_> {
    fn drop(&mut self) {
        self.0.store_works.store(false, Ordering::Relaxed);
        self.0.arrived.close();
        while self.0.questions.next().is_some() {}
        // Jobs that came in between are dropped, which answers them.
        drop(self.0.arrived.take(usize::MAX, Duration::ZERO));
        if thread::panicking() {
            tracing::error!("deciding has failed: the host must be started again");
        }
    }
}

/// Requests that one transaction decides at most.
const MAX_BATCH: usize = 512;
/// How often the store is looked after.
const PAUSE: Duration = Duration::from_secs(1);
/// How long no client has asked when the store is tidied.
const REST: Duration = Duration::from_millis(50);
