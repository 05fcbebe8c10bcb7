//! Looking for hosts: the service's records under each suffix, in the order to try them, with their addresses.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use leasehold_core::{Clock, Rng, Span};
use simple_dns::RCODE;

use crate::ask::Asker;
use crate::cache::{Cache, Known};
use crate::config::Config;
use crate::found::{Candidate, Found, LookupOutcome, QueryAttempt, Searched};
use crate::message::{DnsRecord, Extended, Question, RecordKind, RecordValue, Reply, Role};
use crate::name::{DomainName, NameError, ServiceLabel};
use crate::order;
use crate::record::ServiceRecord;

/// Finds hosts by DNS, and remembers what it found for as long as the records allow.
#[derive(Debug)]
pub struct Finder {
    config: Config,
    cache: Mutex<Cache>,
}

impl Finder {
    /// A finder that asks as `config` says and remembers nothing yet.
    pub fn new(config: Config) -> Self {
        Self { config, cache: Mutex::default() }
    }

    /// Whom it asks, and about what.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Looks for hosts of the service `label` under every suffix.
    ///
    /// Blocks for [`Config::limit`] at most. It never fails: what went wrong is in [`Found::searched`].
    pub fn find(&self, label: &ServiceLabel, clock: &dyn Clock, rng: &dyn Rng) -> Found {
        self.find_at(&|suffix| label.within(suffix), clock, rng)
    }

    /// Looks for domain controllers of Active Directory under every suffix, as [`Self::find`] does for hosts.
    pub fn find_domain_controllers(&self, clock: &dyn Clock, rng: &dyn Rng) -> Found {
        self.find_at(&|suffix| format!("_ldap._tcp.dc._msdcs.{suffix}").parse(), clock, rng)
    }

    /// Looks for the service whose records are at `name` of each suffix.
    fn find_at(
        &self,
        name: &dyn Fn(&DomainName) -> Result<DomainName, NameError>,
        clock: &dyn Clock,
        rng: &dyn Rng,
    ) -> Found {
        let asker = Asker::new(&self.config, clock, rng);
        let mut lookup = Lookup { finder: self, clock, asker, searched: Vec::new() };
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut addresses = BTreeMap::new();
        for suffix in &self.config.suffixes {
            // A suffix that leaves no room for the label has no hosts.
            let Ok(name) = name(suffix) else { continue };
            let known = lookup.look_up(&name, RecordKind::Srv);
            for (target, address) in known.addresses {
                addresses.entry(target).or_insert_with(Vec::new).push(address);
            }
            let records = known.records.into_iter().filter_map(DnsRecord::into_service).collect();
            for record in order::to_try(records, MAX_PER_SUFFIX, rng) {
                if !candidates.iter().any(|known| (&known.target, known.port) == (&record.target, record.port)) {
                    candidates.push(Candidate::of(record, suffix));
                }
            }
        }
        for candidate in &mut candidates {
            let target = &candidate.target;
            let found = addresses.entry(target.clone()).or_insert_with(|| lookup.addresses(target));
            candidate.addresses = in_turn(found);
        }
        Found { candidates, searched: lookup.searched }
    }

    /// The addresses of `name`, and what was met while looking for them.
    ///
    /// Blocks for [`Config::limit`] at most.
    pub fn resolve(&self, name: &DomainName, clock: &dyn Clock, rng: &dyn Rng) -> (Vec<IpAddr>, Vec<Searched>) {
        let asker = Asker::new(&self.config, clock, rng);
        let mut lookup = Lookup { finder: self, clock, asker, searched: Vec::new() };
        let addresses = lookup.addresses(name);
        (in_turn(&addresses), lookup.searched)
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Candidate {
    fn of(record: ServiceRecord, suffix: &DomainName) -> Self {
        let ServiceRecord { priority, weight, port, target, ttl } = record;
        Self { target, port, priority, weight, ttl, addresses: Vec::new(), suffix: suffix.clone() }
    }
}

/// One call of [`Finder::find`].
struct Lookup<'f> {
    finder: &'f Finder,
    clock: &'f dyn Clock,
    asker: Asker<'f>,
    searched: Vec<Searched>,
}

impl Lookup<'_> {
    fn addresses(&mut self, target: &DomainName) -> Vec<IpAddr> {
        let records = [RecordKind::Aaaa, RecordKind::A].map(|kind| self.look_up(target, kind).records);
        records.into_iter().flatten().filter_map(|record| record.address()).collect()
    }

    /// What the cache or else the name servers know of `name`.
    fn look_up(&mut self, name: &DomainName, kind: RecordKind) -> Known {
        let now = self.clock.running().since;
        let held = self.finder.cache().known(name, kind, now).cloned();
        let (known, attempts) = match held {
            Some(known) => (known, Vec::new()),
            None => self.ask(name, kind),
        };
        if !attempts.is_empty() {
            self.finder.cache().keep(name.clone(), kind, known.clone(), now);
        }
        let alias_of = known.alias_of.clone();
        self.searched.push(Searched { name: name.clone(), kind, alias_of, outcome: known.outcome, attempts });
        known
    }

    /// Asks for `name`, and for what it is an alias of where the reply ends with one.
    fn ask(&mut self, name: &DomainName, kind: RecordKind) -> (Known, Vec<QueryAttempt>) {
        let (mut attempts, mut lasts, mut current) = (Vec::new(), Span::seconds(u64::MAX), name.clone());
        for _ in 0..MAX_ALIASES {
            let (to, extended) = (Role::Resolver, Extended::Yes);
            let mut asked = self.asker.ask(&Question { name: current.clone(), kind, to, extended });
            attempts.append(&mut asked.attempts);
            let reply = match asked.reply {
                Ok(reply) => reply,
                Err(outcome) => return (Known::nothing(outcome, Span::ZERO), attempts),
            };
            let Some((end, least)) = end_of_aliases(&reply, &current) else { break };
            lasts = lasts.min(least);
            let mut known = Known::of(&reply, &end, kind, lasts);
            known.alias_of = (end != *name).then(|| end.clone());
            if known.outcome != LookupOutcome::NoRecord || end == current {
                return (known, attempts);
            }
            current = end;
        }
        (Known::nothing(LookupOutcome::AliasLoop, Span::ZERO), attempts)
    }
}

impl Known {
    fn nothing(outcome: LookupOutcome, lasts: Span) -> Self {
        Self { outcome, records: Vec::new(), addresses: Vec::new(), lasts, alias_of: None }
    }

    /// What the reply says of `name`, at which its aliases end.
    fn of(reply: &Reply, name: &DomainName, kind: RecordKind, lasts: Span) -> Self {
        let mut records: Vec<DnsRecord> = reply.answers.iter().filter(|record| record.name == *name).cloned().collect();
        records.retain(|record| match &record.value {
            RecordValue::Service(_) | RecordValue::Declined => kind == RecordKind::Srv,
            RecordValue::Address(address) => kind == if address.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa },
            RecordValue::Alias(_) => false,
            RecordValue::Unusable => true,
        });
        if records.is_empty() {
            let outcome =
                if reply.code == RCODE::NameError { LookupOutcome::NoSuchName } else { LookupOutcome::NoRecord };
            return Self::nothing(outcome, lasts.min(reply.nothing_for.unwrap_or_default()));
        }
        let unusable = records.iter().filter(|record| matches!(record.value, RecordValue::Unusable)).count();
        let declined = records.iter().filter(|record| matches!(record.value, RecordValue::Declined)).count();
        let usable = records.len() - unusable - declined;
        let outcome = if declined > 0 && usable == 0 {
            LookupOutcome::Declined
        } else {
            LookupOutcome::Records { usable, unusable }
        };
        let came_along: Vec<_> = reply.additional.iter().filter(|other| names(&records, &other.name)).collect();
        let all = records.iter().chain(came_along.iter().copied());
        let lasts = all.map(|record| record.ttl).fold(lasts, Span::min);
        let addresses = came_along.iter().filter_map(|record| Some((record.name.clone(), record.address()?)));
        let addresses = addresses.take(MAX_PER_SUFFIX * MAX_ADDRESSES).collect();
        Self { outcome, addresses, records, lasts, alias_of: None }
    }
}

/// Where the aliases of `name` within the reply end, and for how long; `None` where they go in a circle.
fn end_of_aliases(reply: &Reply, name: &DomainName) -> Option<(DomainName, Span)> {
    let (mut current, mut lasts) = (name.clone(), Span::seconds(u64::MAX));
    for _ in 0..=MAX_ALIASES {
        let alias = reply.answers.iter().find_map(|record| match &record.value {
            RecordValue::Alias(target) if record.name == current => Some((target, record.ttl)),
            RecordValue::Service(_)
            | RecordValue::Declined
            | RecordValue::Address(_)
            | RecordValue::Alias(_)
            | RecordValue::Unusable => None,
        });
        let Some((target, ttl)) = alias else { return Some((current, lasts)) };
        (current, lasts) = (target.clone(), lasts.min(ttl));
    }
    None
}

fn names(records: &[DnsRecord], target: &DomainName) -> bool {
    records.iter().any(|record| matches!(&record.value, RecordValue::Service(service) if service.target == *target))
}

/// Each address once, IPv6 and IPv4 in turn: where one of the two is broken, the next attempt takes the other.
pub(crate) fn in_turn(addresses: &[IpAddr]) -> Vec<IpAddr> {
    let (v6, v4): (Vec<IpAddr>, Vec<IpAddr>) = addresses.iter().partition(|address| address.is_ipv6());
    let mut turns = Vec::new();
    for at in 0..v6.len().max(v4.len()) {
        for address in [v6.get(at), v4.get(at)].into_iter().flatten() {
            if turns.len() < MAX_ADDRESSES && !turns.contains(address) {
                turns.push(*address);
            }
        }
    }
    turns
}

/// The most hosts that are tried under one suffix.
const MAX_PER_SUFFIX: usize = 64;
/// The most addresses that are tried for one host.
const MAX_ADDRESSES: usize = 16;
/// The most aliases that are followed for one name.
const MAX_ALIASES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_take_turns_and_appear_once() {
        let addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.1", "2001:db8::1"].map(|ip| ip.parse().unwrap());
        let expected = ["2001:db8::1", "10.0.0.1", "10.0.0.2"].map(|ip| ip.parse::<IpAddr>().unwrap());
        assert_eq!(in_turn(&addresses), expected);
    }
}
