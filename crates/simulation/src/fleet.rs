//! The machines: when they are on, when they ask, what they hold.

use fastrand::Rng;
use leasehold_core::clock::{self, Reading};
use leasehold_core::standing::{self, Evidence, Revocation};
use leasehold_core::{Component, Fingerprint, KeyId, Policy, Refusal, Span, Standing, Timestamp, attempt};

use crate::scenario::{Hours, Machines, Scenario, shifted};

/// A machine with what it holds.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Its group.
    pub(crate) group: usize,
    /// Which client it is now: another one after each imaging.
    pub(crate) client: usize,
    /// Its device key.
    pub(crate) id: KeyId,
    pub(crate) fingerprint: Fingerprint,
    /// The host that granted its lease.
    pub(crate) host: Option<usize>,
    /// When it runs the application for the first time, and when it is taken away.
    pub(crate) arrival: Timestamp,
    leave: Option<Timestamp>,
    /// When it is installed anew, the next one last.
    imaging: Vec<Timestamp>,
    /// How long after the hours begin it is switched on.
    switched_on: Span,
    /// Where in the rhythm of being away it is; `None` where it never is.
    away: Option<Span>,
    /// Whether its clock is among the wrong ones.
    clock_off: bool,
    first_run: Timestamp,
    lease: Option<standing::Lease>,
    floor: Timestamp,
    issued: Timestamp,
    /// How often no host has answered in a row.
    unanswered: u32,
    /// When it asks next, by its own clock.
    due: Timestamp,
    /// When a request of it was last left without an answer.
    pub(crate) missed: Option<Timestamp>,
}

/// All machines of a scenario.
pub(crate) fn machines(scenario: &Scenario, rng: &mut Rng) -> Vec<Machine> {
    let mut fleet = Vec::new();
    for (group, of) in scenario.machines.iter().enumerate() {
        for _ in 0..of.count {
            fleet.push(Machine::new(group, of, fleet.len(), rng));
        }
    }
    fleet
}

impl Machine {
    fn new(group: usize, of: &Machines, n: usize, rng: &mut Rng) -> Self {
        let within = |span: Span, rng: &mut Rng| Span::seconds(rng.u64(0..=span.as_seconds()));
        let arrival = of.from.plus(within(of.over, rng));
        let leave = of.leave.map(|leave| leave.plus(within(of.leave_over, rng)));
        let mut imaging: Vec<Timestamp> = Vec::new();
        for day in &of.imaging {
            let at = day.at.plus(within(day.over, rng));
            if rng.u8(0..100) < day.percent && at > arrival {
                imaging.push(at);
            }
        }
        imaging.sort_unstable_by(|one, other| other.cmp(one));
        let hours = of.hours.map_or(Span::HOUR, |hours| hours.until.less(hours.from));
        let switched_on = Span::seconds(rng.u64(0..hours.min(Span::HOUR).as_seconds().max(1)));
        let away = of.away.filter(|away| rng.u8(0..100) < away.percent).map(|away| within(away.every, rng));
        let clock_off = of.clock.is_some_and(|clock| rng.u8(0..100) < clock.percent);
        Self {
            group,
            client: n,
            id: key_id(rng),
            fingerprint: fingerprint(n),
            host: None,
            arrival,
            leave,
            imaging,
            switched_on,
            away,
            clock_off,
            first_run: arrival,
            lease: None,
            floor: Timestamp::from_unix(0),
            issued: Timestamp::from_unix(0),
            unanswered: 0,
            due: arrival,
            missed: None,
        }
    }

    /// Whether it is part of the fleet at `now`.
    pub(crate) fn is_there(&self, now: Timestamp) -> bool {
        self.arrival <= now && self.leave.is_none_or(|leave| now < leave)
    }

    /// When something happens to it next, at `now` or later; `None` where nothing does any more.
    pub(crate) fn next(&self, of: &Machines, now: Timestamp) -> Option<Timestamp> {
        let due = shifted(self.due, -self.clock_ahead(of, now)).max(now);
        let at = self.imaging.last().map_or(due, |imaging| due.min((*imaging).max(now)));
        self.connected(of, at)
    }

    /// Installs it anew where that is due: a new client, without a lease.
    pub(crate) fn image(&mut self, now: Timestamp, client: usize, rng: &mut Rng) -> bool {
        if self.imaging.last().is_none_or(|at| *at > now) {
            return false;
        }
        self.imaging.pop();
        (self.client, self.id, self.first_run, self.due) = (client, key_id(rng), now, now);
        (self.lease, self.host, self.unanswered) = (None, None, 0);
        (self.floor, self.issued) = (Timestamp::from_unix(0), Timestamp::from_unix(0));
        true
    }

    /// Whether it asks at `now`.
    pub(crate) fn is_due(&self, of: &Machines, now: Timestamp) -> bool {
        self.due <= shifted(now, self.clock_ahead(of, now))
    }

    /// The time of its next request, by its own clock.
    pub(crate) fn ask(&mut self, of: &Machines, now: Timestamp) -> Timestamp {
        let now = self.read_clock(of, now).now;
        self.issued = now.max(self.issued.plus(Span::seconds(1)));
        self.issued
    }

    /// Takes a lease, if its time is to be believed.
    pub(crate) fn take(&mut self, issued: Timestamp, expires: Timestamp, host: usize, policy: &Policy) -> bool {
        let Ok(floor) = clock::raise(self.floor, issued) else { return false };
        self.floor = floor;
        self.due = attempt::renew_at(self.id, issued, policy.renewal);
        let (renewal, grace) = (policy.renewal, policy.grace);
        let (machine, revocation) = (standing::Machine::Same, Revocation::Clear);
        self.lease = Some(standing::Lease { issued, expires: Some(expires), renewal, grace, machine, revocation });
        (self.host, self.unanswered) = (Some(host), 0);
        true
    }

    /// Takes a refusal.
    pub(crate) fn refused(&mut self, of: &Machines, now: Timestamp, refusal: &Refusal, policy: &Policy) {
        self.unanswered = 0;
        let retry = match *refusal {
            Refusal::ThresholdNotMet { retry, .. } | Refusal::CapacityReached { retry, .. } => retry,
            _ => policy.retry,
        };
        self.due = self.read_clock(of, now).now.plus(attempt::retry_after(self.id, retry));
    }

    /// No host has answered: it waits a minute, then twice as long each time up to the policy's retry.
    pub(crate) fn no_answer(&mut self, of: &Machines, now: Timestamp, policy: &Policy) {
        let doubled = Span::seconds(60 << self.unanswered.min(20));
        self.unanswered += 1;
        self.missed = Some(now);
        self.due = self.read_clock(of, now).now.plus(doubled.min(attempt::retry_after(self.id, policy.retry)));
    }

    /// What it may do at `now`.
    pub(crate) fn standing(&self, of: &Machines, now: Timestamp, initial_grace: Span) -> Standing {
        let evidence = Evidence { client: self.id, first_run: self.first_run, initial_grace, lease: self.lease };
        evidence.standing(self.read_clock(of, now))
    }

    /// When its lease ends.
    pub(crate) fn lease_end(&self) -> Option<Timestamp> {
        self.lease.and_then(|lease| lease.expires)
    }

    fn read_clock(&self, of: &Machines, now: Timestamp) -> Reading {
        clock::read(shifted(now, self.clock_ahead(of, now)), self.floor)
    }

    fn clock_ahead(&self, of: &Machines, now: Timestamp) -> i64 {
        of.clock.filter(|clock| self.clock_off && clock.during.has(now)).map_or(0, |clock| clock.ahead)
    }

    /// The first moment from `at` on at which it is on, connected and still there.
    fn connected(&self, of: &Machines, mut at: Timestamp) -> Option<Timestamp> {
        loop {
            let before = at;
            if let (Some(away), Some(offset)) = (of.away, self.away) {
                let place = at.plus(offset).unix() % away.every.as_seconds();
                at = at.plus(Span::seconds(away.lasting.as_seconds().saturating_sub(place)));
            }
            if let Some(hours) = of.hours {
                at = hours.next(at, self.switched_on);
            }
            if self.leave.is_some_and(|leave| leave <= at) {
                return None;
            }
            if at == before {
                return Some(at);
            }
        }
    }
}

impl Hours {
    /// The first moment from `at` on within these hours, for a machine that is switched on so long after they begin.
    fn next(&self, at: Timestamp, switched_on: Span) -> Timestamp {
        let mut day = at.unix() / DAY;
        loop {
            let opens = Timestamp::from_unix(day * DAY).plus(self.from).plus(switched_on);
            let closes = Timestamp::from_unix(day * DAY).plus(self.until);
            // 1970-01-01 was a Thursday.
            let is_weekend = (day + 3) % 7 >= 5;
            if at < closes && (self.weekends || !is_weekend) {
                return at.max(opens);
            }
            day += 1;
        }
    }
}

fn key_id(rng: &mut Rng) -> KeyId {
    KeyId(rng.u128(..).to_be_bytes())
}

fn fingerprint(n: usize) -> Fingerprint {
    let parts = Component::ALL[..3].iter().map(|part| (*part, (n as u64).to_be_bytes()));
    Fingerprint::new(parts).expect("three components")
}

const DAY: u64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    const THURSDAY: Timestamp = Timestamp::from_unix(1_798_675_200); // 2026-12-31

    #[test]
    fn a_machine_is_on_in_its_hours_and_not_at_weekends() {
        let hours = |weekends| Hours { from: Span::seconds(8 * 3_600), until: Span::seconds(17 * 3_600), weekends };
        let at = |day: u64, hour: u64| THURSDAY.plus(Span::seconds(day * DAY + hour * 3_600));
        let quarter = Span::seconds(900);
        assert_eq!(hours(false).next(at(0, 3), quarter), at(0, 8).plus(quarter));
        assert_eq!(hours(false).next(at(0, 9), quarter), at(0, 9));
        assert_eq!(hours(false).next(at(1, 17), quarter), at(4, 8).plus(quarter), "Friday evening to Monday");
        assert_eq!(hours(true).next(at(1, 17), quarter), at(2, 8).plus(quarter));
    }
}
