//! Proven time as it is remembered: the newest lease's `iat`, and the running time counted since.

use std::time::Duration;

use leasehold_core::clock::{self, Reading};
use leasehold_core::{Clock, Running, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::state::State;
use crate::state::files::Lock;

/// The floor of proven time, as of one reading of the running clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Proven {
    /// `iat` of the newest lease, seconds since 1970.
    lease: u64,
    /// Running time counted since then, up to `at`, in milliseconds.
    counted: u64,
    /// The boot in which `at` was read.
    boot: String,
    /// When the count was last brought up to date, in milliseconds of that boot.
    at: u64,
}

impl Proven {
    /// A lease issued at `issued` has just been stored.
    pub(crate) fn by_lease(issued: Timestamp, running: &Running) -> Self {
        Self { lease: issued.unix(), counted: 0, boot: running.boot.clone(), at: milliseconds(running.since) }
    }

    /// The same, counted up to `running`. What passed while another boot ran is not known and not counted.
    pub(crate) fn counted_to(&self, running: &Running) -> Self {
        let counted = self.counted.saturating_add(self.since(running));
        Self { lease: self.lease, counted, boot: running.boot.clone(), at: milliseconds(running.since) }
    }

    /// Whether bringing it up to date would remember enough to be worth a write.
    pub(crate) fn is_stale(&self, running: &Running) -> bool {
        self.boot != running.boot || self.since(running) >= STALE
    }

    /// The same once a lease issued at `issued` is stored: it never falls.
    pub(crate) fn raised(&self, issued: Timestamp, running: &Running) -> Self {
        if issued > self.floor(running) { Self::by_lease(issued, running) } else { self.counted_to(running) }
    }

    pub(crate) fn floor(&self, running: &Running) -> Timestamp {
        let ran = self.counted.saturating_add(self.since(running));
        clock::floor(Timestamp::from_unix(self.lease), Span::seconds(ran / 1_000))
    }

    fn since(&self, running: &Running) -> u64 {
        let same = self.boot == running.boot;
        if same { milliseconds(running.since).saturating_sub(self.at) } else { 0 }
    }
}

/// The floor that `state` remembers; where it remembers none, the lease in hand proves when it was made.
pub(crate) fn known(state: &State, lock: Option<&Lock>, running: &Running) -> Result<Option<Proven>, Error> {
    if let Some(remembered) = state.proven(lock)? {
        return Ok(Some(remembered));
    }
    Ok(state.held(lock)?.map(|held| Proven::by_lease(held.lease.issued, running)))
}

/// Remembers that a lease issued at `issued` has been stored.
pub(crate) fn raise(state: &State, lock: &Lock, issued: Timestamp, running: &Running) -> Result<(), Error> {
    let raised = match known(state, Some(lock), running)? {
        Some(proven) => proven.raised(issued, running),
        None => Proven::by_lease(issued, running),
    };
    state.keep_proven(lock, &raised)
}

/// Adds the running time up to `running` to what `state` remembers, where enough of it has passed.
pub(crate) fn count(state: &State, running: &Running) -> Result<(), Error> {
    let recent = state.proven(None)?.is_some_and(|remembered| !remembered.is_stale(running));
    if recent || known(state, None, running)?.is_none() {
        return Ok(());
    }
    let Some(lock) = state.try_lock()? else { return Ok(()) };
    match known(state, Some(&lock), running)? {
        Some(proven) => state.keep_proven(&lock, &proven.counted_to(running)),
        None => Ok(()),
    }
}

/// What time it is by the local clock and, where there is one, the floor.
pub(crate) fn read(proven: Option<&Proven>, clock: &dyn Clock) -> Reading {
    let floor = proven.map_or(Timestamp::default(), |proven| proven.floor(&clock.running()));
    clock::read(clock.now(), floor)
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Ten minutes of running time may be lost in a crash of the machine.
const STALE: u64 = 10 * 60 * 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn running(boot: &str, seconds: u64) -> Running {
        Running { boot: boot.to_owned(), since: Duration::from_secs(seconds) }
    }

    #[test]
    fn running_time_of_one_boot_counts_and_another_boot_counts_from_its_first_reading() {
        let issued = Timestamp::from_unix(1_000);
        let proven = Proven::by_lease(issued, &running("a", 50));
        assert_eq!(proven.floor(&running("a", 60)).unix(), 1_010);
        assert_eq!(proven.floor(&running("b", 9_999)).unix(), 1_000);
        let later = proven.counted_to(&running("a", 60)).counted_to(&running("b", 5));
        assert_eq!(later.floor(&running("b", 25)).unix(), 1_030);
    }

    #[test]
    fn an_older_lease_takes_nothing_away() {
        let proven = Proven::by_lease(Timestamp::from_unix(1_000), &running("a", 0));
        assert_eq!(proven.raised(Timestamp::from_unix(900), &running("a", 5)).floor(&running("a", 5)).unix(), 1_005);
        assert_eq!(proven.raised(Timestamp::from_unix(1_003), &running("a", 5)).floor(&running("a", 6)).unix(), 1_006);
        assert_eq!(proven.raised(Timestamp::from_unix(2_000), &running("a", 5)).floor(&running("a", 6)).unix(), 2_001);
    }

    #[test]
    fn parts_of_a_second_add_up() {
        let at = |millis| Running { boot: "a".to_owned(), since: Duration::from_millis(millis) };
        let mut proven = Proven::by_lease(Timestamp::from_unix(0), &at(0));
        for step in 1..=10 {
            proven = proven.counted_to(&at(step * 900));
        }
        assert_eq!(proven.floor(&at(9_000)).unix(), 9);
    }

    #[test]
    fn a_running_clock_that_went_back_takes_nothing_away() {
        let proven = Proven::by_lease(Timestamp::from_unix(100), &running("a", 500));
        assert_eq!(proven.floor(&running("a", 20)).unix(), 100);
    }
}
