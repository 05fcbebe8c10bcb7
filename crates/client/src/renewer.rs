//! Asking when it is time, in a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use leasehold_core::{Span, Standing, Text};

use crate::client::{Client, Tick};
use crate::error::Error;
use crate::status::Status;

/// A thread that keeps a client licensed. It ends when this is dropped, after any attempt under way.
#[derive(Debug)]
pub struct Renewer {
    /// Never sent on: the thread wakes when it is dropped.
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Renewer {
    /// Starts the thread; `report` is called with the result of every attempt.
    ///
    /// # Errors
    /// Where the system cannot start a thread.
    pub fn start(
        client: Arc<Client>,
        report: impl FnMut(Result<Tick, Error>) + Send + 'static,
    ) -> std::io::Result<Self> {
        Self::start_watching(client, report, |_, _| ())
    }

    /// As [`Self::start`]; `changed` is called whenever the standing that the application goes by is another one, or the features
    /// are: with the standing before and the status now. Whether it is by a lease or by the time, it is told within ten minutes.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_watching(
        client: Arc<Client>,
        mut report: impl FnMut(Result<Tick, Error>) + Send + 'static,
        mut changed: impl FnMut(Standing, &Status) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (alive, dropped) = mpsc::channel();
        let mut known = Known::of(&client.status());
        let work = move || {
            loop {
                let tick = client.tick();
                let status = client.status();
                let pause = pause(&client, &status, &tick);
                if matches!(tick, Ok(Tick::Asked(_)) | Err(_)) {
                    report(tick);
                }
                let now = Known::of(&status);
                if now != known {
                    changed(std::mem::replace(&mut known, now).standing, &status);
                }
                match dropped.recv_timeout(pause) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        let thread = thread::Builder::new().name("leasehold".to_owned()).spawn(work)?;
        Ok(Self { alive: Some(alive), thread: Some(thread) })
    }

    /// Whether the thread runs: one in which `report` has panicked does not.
    pub fn is_running(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// Ends the thread and waits for it: at most as long as an attempt lasts.
    pub fn stop(mut self) {
        self.alive = None;
        if let Some(thread) = self.thread.take() {
            // A thread that has panicked has ended too.
            drop(thread.join());
        }
    }
}

/// What an application was told last.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    standing: Standing,
    features: Vec<Text>,
}

impl Known {
    fn of(status: &Status) -> Self {
        Self { standing: status.effective_standing(), features: status.features().to_vec() }
    }
}

/// How long to wait after `tick`: not past the next attempt nor the end of the standing, and not so long that a machine notices
/// too late that it slept.
fn pause(client: &Client, status: &Status, tick: &Result<Tick, Error>) -> Duration {
    let next = match tick {
        Ok(Tick::Waits(next)) => *next,
        Ok(Tick::Busy) => None,
        Ok(Tick::Asked(_)) | Err(_) => status.next_attempt,
    };
    let next = [next, status.effective_standing().until()].into_iter().flatten().min();
    let wait = next.map_or(MAX_PAUSE, |next| next.since(client.now()));
    Duration::from_secs(wait.as_seconds().clamp(MIN_PAUSE.as_seconds(), MAX_PAUSE.as_seconds()))
}

const MIN_PAUSE: Span = Span::seconds(5);
const MAX_PAUSE: Span = Span::seconds(600);
