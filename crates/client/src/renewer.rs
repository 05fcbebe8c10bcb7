//! Asking when it is time, in a thread of its own.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use leasehold_core::Span;

use crate::client::{Client, Tick};
use crate::error::Error;

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
        mut report: impl FnMut(Result<Tick, Error>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (alive, dropped) = mpsc::channel();
        let work = move || {
            loop {
                let tick = client.tick();
                let pause = pause(&client, &tick);
                if matches!(tick, Ok(Tick::Asked(_)) | Err(_)) {
                    report(tick);
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

    /// Ends the thread and waits for it: at most as long as an attempt lasts.
    pub fn stop(mut self) {
        self.alive = None;
        if let Some(thread) = self.thread.take() {
            // A thread that has panicked has ended too.
            drop(thread.join());
        }
    }
}

/// How long to wait after `tick`: not past the next attempt, and not so long that a machine notices too late that it slept.
fn pause(client: &Client, tick: &Result<Tick, Error>) -> Duration {
    let next = match tick {
        Ok(Tick::Waits(next)) => *next,
        Ok(Tick::Busy) => None,
        Ok(Tick::Asked(_)) | Err(_) => client.status().next_attempt,
    };
    let wait = next.map_or(MAX_PAUSE, |next| next.since(client.now()));
    Duration::from_secs(wait.as_seconds().clamp(MIN_PAUSE.as_seconds(), MAX_PAUSE.as_seconds()))
}

const MIN_PAUSE: Span = Span::seconds(5);
const MAX_PAUSE: Span = Span::seconds(600);
