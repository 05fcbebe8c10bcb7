//! A clock that stands still until a test moves it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use leasehold_core::{Clock, Running, Span, Timestamp};

/// A machine's two clocks: the one on the wall, which can be set, and the running time since its boot, which cannot.
#[derive(Debug)]
pub struct VirtualClock(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    now: Timestamp,
    boot: u64,
    since: Duration,
}

impl VirtualClock {
    /// A machine that was booted at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(State { now, boot: 1, since: Duration::ZERO }))
    }

    /// Lets time pass, on both clocks.
    pub fn advance(&self, time: Span) {
        let mut state = self.state();
        state.now = state.now.plus(time);
        state.since = state.since.saturating_add(Duration::from_secs(time.as_seconds()));
    }

    /// Sets the clock on the wall; running time goes on.
    pub fn set(&self, now: Timestamp) {
        self.state().now = now;
    }

    /// Boots the machine: running time begins anew, under another name.
    pub fn reboot(&self) {
        let mut state = self.state();
        state.boot += 1;
        state.since = Duration::ZERO;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    fn running(&self) -> Running {
        let State { boot, since, .. } = *self.state();
        Running { boot: format!("boot {boot}"), since }
    }
}
