//! When an attempt ends, whatever the network does.

use std::time::Duration;

use leasehold_core::Clock;

/// When an attempt ends, on the clock that cannot be set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline<'c> {
    clock: &'c dyn Clock,
    at: Duration,
}

impl<'c> Deadline<'c> {
    /// An attempt that begins now.
    pub(crate) fn of_attempt(clock: &'c dyn Clock) -> Self {
        Self { clock, at: clock.running().since.saturating_add(ATTEMPT) }
    }

    /// What is left; `None` where no request would be answered in it.
    pub(crate) fn left(&self) -> Option<Duration> {
        let left = self.at.saturating_sub(self.clock.running().since);
        (left >= Duration::from_secs(1)).then_some(left)
    }
}

/// How long an attempt may take in all (DESIGN section 6).
const ATTEMPT: Duration = Duration::from_secs(90);
