//! Looking: what DNS says under each domain, where the names lead, and who listens there.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use leasehold_core::{Clock, Code, Rng};
use leasehold_discovery::{Candidate, Config, DomainName, Finder, LookupOutcome, RecordKind, Searched, ServiceLabel};
use serde::Serialize;

use super::connect::{Port, connect};
use crate::facts::address::{AddressScope, scope};
use crate::facts::kms::KMS;
use crate::read::own::{At, Own};

/// What to look at, and how.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The domains whose records are looked up.
    pub domains: Vec<DomainName>,
    /// The name servers.
    pub servers: Vec<SocketAddr>,
    /// How long a connection may take.
    pub timeout: Duration,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The domains, in their order.
    pub domains: Vec<Domain>,
    /// The hosts of one's own that no record names.
    pub without_record: Vec<Target>,
}

/// What was seen under one domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// What came of looking, in words.
    pub outcome: String,
    /// The code of that, where there are no records.
    #[serde(serialize_with = "name_of")]
    pub code: Option<Code>,
    /// Records that lead nowhere: no name, or no port.
    pub unusable: usize,
    /// The records, the highest priority first.
    pub records: Vec<Target>,
}

/// The name of a code, as it is printed.
#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn name_of<S: serde::Serializer>(code: &Option<Code>, serializer: S) -> Result<S::Ok, S::Error> {
    code.map(Code::name).serialize(serializer)
}

impl Domain {
    /// Its records as lines of a zone.
    pub fn zone(&self) -> Vec<String> {
        let line = |target: &Target| {
            let Target { host, port, priority, weight, ttl, .. } = target;
            let [priority, weight] = [priority, weight].map(|number| number.unwrap_or_default());
            let ttl = ttl.unwrap_or_default();
            format!("{}.{}. {ttl} IN SRV {priority} {weight} {port} {}.", name(), self.name, host.trim_end_matches('.'))
        };
        self.records.iter().map(line).collect()
    }
}

/// A host, as a record or one's own list names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The record's priority; `None` without a record.
    pub priority: Option<u16>,
    /// The record's weight; `None` without a record.
    pub weight: Option<u16>,
    /// How long the record may be kept, in seconds; `None` without a record.
    pub ttl: Option<u64>,
    /// What the name is an alias of, where it is one.
    pub alias_of: Option<String>,
    /// What came of looking for its addresses, in words, where it has none.
    pub unresolved: Option<String>,
    /// Its addresses, and who listens there.
    pub ways: Vec<Way>,
}

/// An address of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// The address.
    pub address: IpAddr,
    /// What kind of place it is.
    pub place: AddressScope,
    /// Who listens there.
    pub port: Port,
}

/// Looks at all that is asked, and at the hosts that are one's own.
///
/// Blocks for [`Config::limit`] for each domain and host, and for the timeout of some connections.
pub fn look(asked: &Asked, own: &Own, clock: &dyn Clock, rng: &dyn Rng) -> Seen {
    let mut seen = Seen { domains: look_up(asked, clock, rng), without_record: Vec::new() };
    let finder = Finder::new(Config::new(asked.servers.clone(), Vec::new()));
    for host in &own.hosts {
        let named = |target: &&Target| target.host.parse::<At>().is_ok_and(|at| at == host.at);
        if seen.domains.iter().flat_map(|domain| &domain.records).any(|target| named(&target)) {
            continue;
        }
        let port = host.port.unwrap_or_else(usual_port);
        let (addresses, searched) = match &host.at {
            At::Name(name) => finder.resolve(name, clock, rng),
            At::Address(address) => (vec![*address], Vec::new()),
        };
        seen.without_record.push(Target::new(host.at.to_string(), port, &addresses, &searched));
    }
    listen(&mut seen, asked.timeout, clock);
    seen
}

/// Looks the records of all domains up, and connects to no one.
pub fn look_up(asked: &Asked, clock: &dyn Clock, rng: &dyn Rng) -> Vec<Domain> {
    asked.domains.iter().map(|domain| under(domain, asked, clock, rng)).collect()
}

/// What is under one domain; each has a finder and so a time of its own.
fn under(domain: &DomainName, asked: &Asked, clock: &dyn Clock, rng: &dyn Rng) -> Domain {
    let finder = Finder::new(Config::new(asked.servers.clone(), vec![domain.clone()]));
    let found = finder.find(&label(), clock, rng);
    let service = found.searched.iter().find(|searched| searched.kind == RecordKind::Srv);
    let outcome = service.map(|searched| searched.outcome);
    let mut records: Vec<Target> =
        found.candidates.iter().map(|candidate| Target::of(candidate, &found.searched)).collect();
    records.sort_by(|one, other| (one.priority, &one.host, one.port).cmp(&(other.priority, &other.host, other.port)));
    Domain {
        name: domain.to_string(),
        outcome: outcome.map_or_else(|| "the name of the service would be too long".to_owned(), |one| one.to_string()),
        code: outcome.map_or(Some(Code::NotADomainName), LookupOutcome::code),
        unusable: outcome.map_or(0, |outcome| match outcome {
            LookupOutcome::Records { unusable, .. } => unusable,
            _ => 0,
        }),
        records,
    }
}

/// Tries every address once, whichever records lead to it.
fn listen(seen: &mut Seen, timeout: Duration, clock: &dyn Clock) {
    let targets = || seen.domains.iter().flat_map(|domain| &domain.records).chain(&seen.without_record);
    let worth = |way: &&Way| way.place != AddressScope::Nowhere;
    let all = targets().flat_map(|target| {
        target.ways.iter().filter(worth).map(|way| SocketAddr::new(way.address, target.port)).collect::<Vec<_>>()
    });
    let mut addresses: Vec<SocketAddr> = all.collect();
    addresses.sort_unstable();
    addresses.dedup();
    let ports = connect(&addresses, timeout, clock);
    let by_address: BTreeMap<SocketAddr, Port> = addresses.into_iter().zip(ports).collect();
    let records = seen.domains.iter_mut().flat_map(|domain| &mut domain.records);
    for target in records.chain(&mut seen.without_record) {
        for way in &mut target.ways {
            let known = by_address.get(&SocketAddr::new(way.address, target.port));
            way.port = known.copied().unwrap_or(Port::NotTried);
        }
    }
}

impl Target {
    fn of(candidate: &Candidate, searched: &[Searched]) -> Self {
        let target = Self::new(candidate.target.to_string(), candidate.port, &candidate.addresses, searched);
        Self {
            priority: Some(candidate.priority),
            weight: Some(candidate.weight),
            ttl: Some(candidate.ttl.as_seconds()),
            ..target
        }
    }

    fn new(host: String, port: u16, addresses: &[IpAddr], searched: &[Searched]) -> Self {
        let of_host = || searched.iter().filter(|one| one.kind != RecordKind::Srv && one.name.as_str() == host);
        let alias_of = of_host().find_map(|one| one.alias_of.as_ref()).map(ToString::to_string);
        let unresolved = addresses.is_empty().then(|| {
            let outcome = of_host().map(|one| one.outcome).next_back();
            outcome.map_or_else(|| "it has no address".to_owned(), |outcome| outcome.to_string())
        });
        let way = |address: &IpAddr| Way { address: *address, place: scope(*address), port: Port::NotTried };
        let ways = addresses.iter().map(way).collect();
        Self { host, port, priority: None, weight: None, ttl: None, alias_of, unresolved, ways }
    }

    /// Whether its port is open at one of its addresses.
    pub fn is_open(&self) -> bool {
        self.ways.iter().any(|way| matches!(way.port, Port::Open { .. }))
    }
}

/// The name of the service that KMS clients look for, below a domain.
fn name() -> String {
    KMS.fact("srv.name").map(|fact| fact.value.to_string()).unwrap_or_default()
}

/// The label in it.
fn label() -> ServiceLabel {
    let name = name();
    let label = name.trim_start_matches('_').split('.').next().unwrap_or_default().parse();
    label.expect("the table has the name of the service: its test reads it")
}

/// The port that KMS hosts listen at.
pub(super) fn usual_port() -> u16 {
    u16::try_from(KMS.number("port.tcp")).expect("the table has a port: its test reads it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_and_its_port_are_those_of_the_table() {
        assert_eq!((label().as_str(), usual_port()), ("vlmcs", 1_688));
    }
}
