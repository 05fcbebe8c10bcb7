//! The course of a scenario: from one event to the next, in virtual time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fastrand::Rng;
use leasehold_core::{Code, Span, Standing, Timestamp};

use crate::fleet::{self, Machine};
use crate::outcome::{LeaseEnds, Outcome, Standings, StoreDay};
use crate::record::Record;
use crate::scenario::{Scenario, ScenarioError};
use crate::store::{Request, Store};

/// Runs a scenario from its first day to its last.
///
/// # Errors
/// A scenario that contradicts itself or is too large.
pub fn simulate(scenario: &Scenario) -> Result<Outcome, ScenarioError> {
    scenario.check()?;
    Ok(Run::new(scenario).finish())
}

struct Run<'s> {
    scenario: &'s Scenario,
    rng: Rng,
    fleet: Vec<Machine>,
    clients: usize,
    stores: Vec<Store>,
    /// The store of each host.
    store_of: Vec<usize>,
    /// When something happens to which machine.
    events: BinaryHeap<Reverse<(Timestamp, usize)>>,
    record: Record,
}

impl<'s> Run<'s> {
    fn new(scenario: &'s Scenario) -> Self {
        let mut rng = Rng::with_seed(scenario.seed);
        let fleet = fleet::machines(scenario, &mut rng);
        let (mut stores, mut store_of) = (Vec::<Store>::new(), Vec::new());
        for host in &scenario.hosts {
            let name = host.store_name();
            let at = stores.iter().position(|store| store.name == name).unwrap_or_else(|| {
                stores.push(Store::new(name, &scenario.policy, fleet.len()));
                stores.len() - 1
            });
            store_of.push(at);
        }
        let record = Record::new(scenario, stores.len());
        let mut run =
            Self { scenario, rng, clients: fleet.len(), fleet, stores, store_of, events: BinaryHeap::new(), record };
        (0..run.fleet.len()).for_each(|n| run.schedule(n, run.fleet[n].arrival));
        run
    }

    fn finish(mut self) -> Outcome {
        let mut outages = self.record.outage_ends(self.scenario.end());
        outages.sort_unstable_by(|one, other| other.cmp(one));
        for day in 0..self.scenario.days {
            let date = self.scenario.begin.plus(Span::days(u64::from(day)));
            let end = date.plus(Span::DAY);
            while let Some((at, n)) = outages.pop_if(|(at, _)| *at < end) {
                self.advance(at);
                self.outage_ended(n, at);
            }
            self.advance(end);
            self.day_ended(date, end);
        }
        let ends = self.lease_ends(self.scenario.end());
        self.record.outcome(&self.stores, ends)
    }

    /// Lets everything happen that happens before `until`.
    fn advance(&mut self, until: Timestamp) {
        while let Some(Reverse((now, n))) = self.events.peek().copied().filter(|event| event.0.0 < until) {
            self.events.pop();
            let of = &self.scenario.machines[self.fleet[n].group];
            let machine = &mut self.fleet[n];
            if machine.image(now, self.clients, &mut self.rng) {
                self.clients += 1;
            }
            if machine.is_due(of, now) {
                self.ask(n, now);
            }
            self.schedule(n, now.plus(Span::seconds(1)));
        }
    }

    fn schedule(&mut self, n: usize, from: Timestamp) {
        let of = &self.scenario.machines[self.fleet[n].group];
        let next = self.fleet[n].next(of, from).filter(|at| *at < self.scenario.end());
        self.events.extend(next.map(|at| Reverse((at, n))));
    }

    /// A machine asks its hosts, until one grants.
    fn ask(&mut self, n: usize, now: Timestamp) {
        let policy = &self.scenario.policy;
        let mut refused = None;
        for host in self.hosts_for(n, now) {
            let machine = &mut self.fleet[n];
            let of = &self.scenario.machines[machine.group];
            let issued = machine.ask(of, now);
            let (client, id, fingerprint) = (machine.client, machine.id, machine.fingerprint);
            let request = Request { machine: n, client, id, fingerprint, issued };
            let (at, clock) = (self.store_of[host], self.scenario.hosts[host].clock(now));
            let answer = self.stores[at].decide(&request, clock);
            self.record.request(now);
            self.record.look(at, &mut self.stores[at], now);
            match answer {
                Ok(expires) if machine.take(clock, expires, host, policy) => return self.record.granted(),
                // The machine has proof of a later time, and believes no lease of an earlier one.
                Ok(_) => self.record.refused(now, Code::ClockSkew),
                Err(refusal) => refused = Some(refusal),
            }
        }
        let machine = &mut self.fleet[n];
        let of = &self.scenario.machines[machine.group];
        if let Some(refusal) = refused {
            self.record.refused(now, refusal.code());
            machine.refused(of, now, &refusal, policy);
        } else {
            self.record.no_answer(now, machine.missed);
            machine.no_answer(of, now, policy);
        }
    }

    /// The hosts that answer, in the order in which a machine asks them: the one that granted its lease, then by priority and
    /// weight (RFC 2782).
    fn hosts_for(&mut self, n: usize, now: Timestamp) -> Vec<usize> {
        let hosts = &self.scenario.hosts;
        let mut up: Vec<usize> = (0..hosts.len()).filter(|host| hosts[*host].is_up(now)).collect();
        let own = self.fleet[n].host;
        let mut order = Vec::with_capacity(up.len());
        order.extend(own.filter(|own| up.contains(own)));
        up.retain(|host| Some(*host) != own);
        while let Some(priority) = up.iter().map(|host| hosts[*host].priority).min() {
            let first = |host: &&usize| hosts[**host].priority == priority;
            let sum: u32 = up.iter().filter(first).map(|host| u32::from(hosts[*host].weight)).sum();
            let mut left = self.rng.u32(0..=sum);
            let taken = up.iter().filter(first).find(|host| {
                let weight = u32::from(hosts[**host].weight);
                let is_it = left <= weight;
                left = left.saturating_sub(weight);
                is_it
            });
            let taken = *taken.expect("the sum is of them all");
            order.push(taken);
            up.retain(|host| *host != taken);
        }
        order
    }

    fn standings(&self, now: Timestamp) -> Standings {
        let mut standings = Standings::default();
        for machine in self.fleet.iter().filter(|machine| machine.is_there(now)) {
            let of = &self.scenario.machines[machine.group];
            match machine.standing(of, now, self.scenario.initial_grace) {
                Standing::Unactivated { .. } => standings.unactivated += 1,
                Standing::Licensed { .. } => standings.licensed += 1,
                Standing::Grace { .. } => standings.grace += 1,
                Standing::Reduced { .. } => standings.reduced += 1,
            }
        }
        standings
    }

    fn day_ended(&mut self, date: Timestamp, end: Timestamp) {
        let standings = self.standings(end);
        for (n, store) in self.stores.iter_mut().enumerate() {
            self.record.look(n, store, end);
        }
        let of_store = |store: &mut Store| StoreDay { counted: store.counted(end), live: store.live(end) };
        let stores = self.stores.iter_mut().map(of_store).collect();
        self.record.day(date, standings, stores);
    }

    fn outage_ended(&mut self, n: usize, now: Timestamp) {
        let first = self.running_leases(now).min();
        let waiting = self.standings(now).unactivated;
        self.record.outage_ended(n, waiting, self.lease_ends(now), first);
    }

    fn running_leases(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let there = self.fleet.iter().filter(move |machine| machine.is_there(now));
        there.filter_map(Machine::lease_end).filter(move |end| *end > now)
    }

    fn lease_ends(&self, now: Timestamp) -> LeaseEnds {
        let mut weeks = Vec::new();
        for end in self.running_leases(now) {
            let week = usize::try_from(end.since(now).as_seconds() / WEEK).unwrap_or(usize::MAX).min(MAX_WEEKS - 1);
            if weeks.len() <= week {
                weeks.resize(week + 1, 0);
            }
            weeks[week] += 1;
        }
        LeaseEnds { at: now, weeks }
    }
}

const WEEK: u64 = 7 * 86_400;
/// Later ends are counted in the last of so many weeks: two years.
const MAX_WEEKS: usize = 104;
