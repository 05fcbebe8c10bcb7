//! What came of a scenario.

use leasehold_core::{Code, Timestamp};

use crate::scenario::Interval;

/// What came of a scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Day by day.
    pub days: Vec<Day>,
    /// The stores, by name; [`Day::stores`] has them in this order.
    pub stores: Vec<String>,
    /// When the threshold was met, and when no longer.
    pub thresholds: Vec<ThresholdChange>,
    /// Why machines were refused.
    pub refusals: Vec<Refusals>,
    /// What became of each time at which hosts were down.
    pub outages: Vec<Outage>,
    /// When hosts were asked most within one second.
    pub busiest_second: Option<Peak>,
    /// When hosts were asked most within one hour.
    pub busiest_hour: Option<Peak>,
    /// When the leases that machines hold end.
    pub ends: LeaseEnds,
}

/// One day of 24 hours.
#[derive(Clone, Debug)]
pub struct Day {
    /// Its first second.
    pub date: Timestamp,
    /// What the machines may do at its end.
    pub standings: Standings,
    /// The stores at its end.
    pub stores: Vec<StoreDay>,
    /// Attempts that ended with a lease.
    pub granted: u64,
    /// Attempts that ended with a refusal.
    pub refused: u64,
    /// Attempts that no host answered.
    pub unanswered: u64,
    /// Its busiest second.
    pub busiest: Option<Peak>,
}

/// How many machines may do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standings {
    /// Not activated yet, within the time before the first activation.
    pub unactivated: u64,
    /// With a lease that runs.
    pub licensed: u64,
    /// With a lease that has ended, within the grace.
    pub grace: u64,
    /// Reduced.
    pub reduced: u64,
}

/// A store at the end of a day.
#[derive(Clone, Copy, Debug)]
pub struct StoreDay {
    /// Clients that count for the threshold.
    pub counted: u64,
    /// Leases that run.
    pub live: u64,
}

/// So many requests at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// When that second or hour began.
    pub at: Timestamp,
    /// Requests that reached hosts in it.
    pub requests: u64,
}

/// The threshold was met, or is no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdChange {
    /// The store.
    pub store: String,
    /// When.
    pub at: Timestamp,
    /// Whether it is met from then on.
    pub met: bool,
    /// Clients that counted then.
    pub counted: u64,
}

/// Refusals of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Refusals {
    /// Why.
    pub code: Code,
    /// How many.
    pub count: u64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
}

/// A time at which hosts were down.
#[derive(Clone, Debug)]
pub struct Outage {
    /// Which.
    pub hosts: Vec<String>,
    /// When.
    pub during: Interval,
    /// Machines that no host answered in that time.
    pub missed: u64,
    /// Machines that had never been activated at its end.
    pub waiting: u64,
    /// By how many the machines in grace or reduced grew, at most, until a day after it.
    pub lost: u64,
    /// When the first lease that ran at its end would have ended.
    pub first_end: Option<Timestamp>,
    /// The busiest second of the day after it.
    pub after: Option<Peak>,
}

/// When leases end that machines hold, if none is renewed any more.
#[derive(Clone, Debug)]
pub struct LeaseEnds {
    /// As of when: the end of the last outage, or of the scenario where there is none.
    pub at: Timestamp,
    /// How many end in each week from then on.
    pub weeks: Vec<u64>,
}

impl Standings {
    /// All machines.
    pub const fn total(&self) -> u64 {
        self.unactivated + self.licensed + self.lost()
    }

    /// Those that had a lease and have none that runs.
    pub const fn lost(&self) -> u64 {
        self.grace + self.reduced
    }
}

impl Outcome {
    /// The first day at whose end more machines were in grace or reduced than at the end of any other.
    pub fn worst_day(&self) -> Option<&Day> {
        let most = self.days.iter().map(|day| day.standings.lost()).max().filter(|most| *most > 0)?;
        self.days.iter().find(|day| day.standings.lost() == most)
    }
}
