//! What is written down while a scenario runs.

use std::collections::BTreeMap;

use leasehold_core::{Code, Span, Timestamp};

use crate::outcome::{Day, LeaseEnds, Outage, Outcome, Peak, Refusals, Standings, StoreDay, ThresholdChange};
use crate::scenario::{Interval, Scenario};
use crate::store::Store;

/// What is written down.
#[derive(Debug)]
pub(crate) struct Record {
    days: Vec<Day>,
    threshold: u64,
    met: Vec<bool>,
    thresholds: Vec<ThresholdChange>,
    refusals: BTreeMap<Code, Refusals>,
    outages: Vec<Outage>,
    /// How many machines had lost their lease when each outage began.
    lost_before: Vec<u64>,
    /// The outages that ended within the last day.
    just_ended: Vec<usize>,
    second: Counter,
    hour: Counter,
    today: Option<Peak>,
    granted: u64,
    refused: u64,
    unanswered: u64,
    ends: Option<LeaseEnds>,
}

/// Counts requests within a second or an hour, and keeps the highest count.
#[derive(Debug)]
struct Counter {
    length: u64,
    now: Option<Peak>,
    highest: Option<Peak>,
}

impl Record {
    pub(crate) fn new(scenario: &Scenario, stores: usize) -> Self {
        let outages = outages(scenario);
        Self {
            days: Vec::new(),
            threshold: scenario.policy.threshold,
            met: vec![false; stores],
            thresholds: Vec::new(),
            refusals: BTreeMap::new(),
            lost_before: vec![0; outages.len()],
            outages,
            just_ended: Vec::new(),
            second: Counter::new(1),
            hour: Counter::new(3_600),
            today: None,
            granted: 0,
            refused: 0,
            unanswered: 0,
            ends: None,
        }
    }

    /// The ends of outages within the scenario, each with its number.
    pub(crate) fn outage_ends(&self, end: Timestamp) -> Vec<(Timestamp, usize)> {
        let ends = self.outages.iter().enumerate().map(|(n, outage)| (outage.during.until, n));
        ends.filter(|(at, _)| *at < end).collect()
    }

    /// A request reached a host.
    pub(crate) fn request(&mut self, now: Timestamp) {
        let second = self.second.add(now);
        self.hour.add(now);
        raise(&mut self.today, second);
        for n in &self.just_ended {
            let outage = &mut self.outages[*n];
            if now < outage.during.until.plus(Span::DAY) {
                raise(&mut outage.after, second);
            }
        }
    }

    pub(crate) fn granted(&mut self) {
        self.granted += 1;
    }

    pub(crate) fn refused(&mut self, now: Timestamp, code: Code) {
        self.refused += 1;
        let new = Refusals { code, count: 0, first: now, last: now };
        let refusals = self.refusals.entry(code).or_insert(new);
        (refusals.count, refusals.last) = (refusals.count + 1, now);
    }

    /// No host answered a machine that was last left without an answer at `before`.
    pub(crate) fn no_answer(&mut self, now: Timestamp, before: Option<Timestamp>) {
        self.unanswered += 1;
        for outage in self.outages.iter_mut().filter(|outage| outage.during.has(now)) {
            outage.missed += u64::from(before.is_none_or(|before| before < outage.during.from));
        }
    }

    /// Looks whether a threshold is met.
    pub(crate) fn look(&mut self, n: usize, store: &mut Store, now: Timestamp) {
        let counted = store.counted(now);
        let met = counted >= self.threshold;
        if std::mem::replace(&mut self.met[n], met) != met {
            self.thresholds.push(ThresholdChange { store: store.name.clone(), at: now, met, counted });
        }
    }

    /// A day has ended.
    pub(crate) fn day(&mut self, date: Timestamp, standings: Standings, stores: Vec<StoreDay>) {
        let end = date.plus(Span::DAY);
        let yesterday = self.days.last().map_or(0, |day| day.standings.lost());
        for (outage, before) in self.outages.iter_mut().zip(&mut self.lost_before) {
            if (Interval { from: date, until: end }).has(outage.during.from) {
                *before = yesterday;
            }
            if outage.during.from < end && date <= outage.during.until {
                outage.lost = outage.lost.max(standings.lost().saturating_sub(*before));
            }
        }
        self.just_ended.retain(|n| end < self.outages[*n].during.until.plus(Span::DAY));
        let (granted, refused, unanswered) = (self.granted, self.refused, self.unanswered);
        (self.granted, self.refused, self.unanswered) = (0, 0, 0);
        self.days.push(Day { date, standings, stores, granted, refused, unanswered, busiest: self.today.take() });
    }

    /// An outage has ended.
    pub(crate) fn outage_ended(&mut self, n: usize, waiting: u64, ends: LeaseEnds, first: Option<Timestamp>) {
        (self.outages[n].waiting, self.outages[n].first_end) = (waiting, first);
        self.just_ended.push(n);
        self.ends = Some(ends);
    }

    /// What came of it; `ends` is as of the end of the scenario.
    pub(crate) fn outcome(self, stores: &[Store], ends: LeaseEnds) -> Outcome {
        Outcome {
            days: self.days,
            stores: stores.iter().map(|store| store.name.clone()).collect(),
            thresholds: self.thresholds,
            refusals: self.refusals.into_values().collect(),
            outages: self.outages,
            busiest_second: self.second.highest,
            busiest_hour: self.hour.highest,
            ends: self.ends.unwrap_or(ends),
        }
    }
}

/// The times at which hosts are down, those of one time together.
fn outages(scenario: &Scenario) -> Vec<Outage> {
    let mut outages: Vec<Outage> = Vec::new();
    for host in &scenario.hosts {
        for during in &host.down {
            match outages.iter_mut().find(|outage| outage.during == *during) {
                Some(outage) => outage.hosts.push(host.name.clone()),
                None => outages.push(Outage {
                    hosts: vec![host.name.clone()],
                    during: *during,
                    missed: 0,
                    waiting: 0,
                    lost: 0,
                    first_end: None,
                    after: None,
                }),
            }
        }
    }
    outages.sort_by_key(|outage| outage.during.from);
    outages
}

impl Counter {
    const fn new(length: u64) -> Self {
        Self { length, now: None, highest: None }
    }

    fn add(&mut self, now: Timestamp) -> Peak {
        let at = Timestamp::from_unix(now.unix() - now.unix() % self.length);
        let so_far = self.now.filter(|peak| peak.at == at).map_or(0, |peak| peak.requests);
        let peak = Peak { at, requests: so_far + 1 };
        self.now = Some(peak);
        raise(&mut self.highest, peak);
        peak
    }
}

fn raise(highest: &mut Option<Peak>, peak: Peak) {
    if highest.is_none_or(|highest| peak.requests > highest.requests) {
        *highest = Some(peak);
    }
}
