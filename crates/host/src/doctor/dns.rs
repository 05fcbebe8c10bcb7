//! Whether machines find this host by DNS: looked up as they do.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use leasehold_core::{Clock, Code, Finding, Rng};
use leasehold_discovery::{
    Candidate, Config, DomainName, Finder, Found, LookupOutcome, RecordKind, ServiceLabel, ServiceRecord,
};

use super::DoctorInput;
use crate::dns::ZoneEntry;

/// What the host publishes in DNS, as it is set.
#[derive(Clone, Debug)]
pub struct DnsInput {
    /// The service that machines look for.
    pub label: ServiceLabel,
    /// The zones in which the host publishes; those of this machine are looked at where there are none.
    pub zones: Vec<DomainName>,
    /// The name servers that hold the zones; this machine's where there are none.
    pub servers: Vec<SocketAddr>,
    /// The host's own record, or why it has none.
    pub own: Result<ServiceRecord, String>,
}

/// What is found in which zones.
pub(super) fn find(
    input: &DoctorInput<'_>,
    clock: &dyn Clock,
    rng: &dyn Rng,
) -> Result<(Vec<DomainName>, Found), Box<Finding>> {
    let config = config(input)?;
    let found = Finder::new(config.clone()).find(&input.dns.label, clock, rng);
    Ok((config.suffixes, found))
}

pub(super) fn checks(input: &DoctorInput<'_>, zones: &[DomainName], found: &Found) -> Vec<Finding> {
    zones.iter().map(|zone| check(input, found, zone)).collect()
}

/// Which name servers to ask about which zones: those that are set, else those of this machine.
fn config(input: &DoctorInput<'_>) -> Result<Config, Box<Finding>> {
    let (servers, zones) = (input.dns.servers.clone(), input.dns.zones.clone());
    let skipped = |reason: String| Box::new(Finding::skipped("record", reason));
    let config = if servers.is_empty() || zones.is_empty() {
        let own = Config::of_this_machine();
        let mut config = own.or_else(|error| {
            // What is given may be enough.
            if servers.is_empty() { Err(skipped(error.to_string())) } else { Ok(Config::new(Vec::new(), Vec::new())) }
        })?;
        if !servers.is_empty() {
            config.servers = servers;
        }
        if !zones.is_empty() {
            config.suffixes = zones;
        }
        config
    } else {
        Config::new(servers, zones)
    };
    if config.suffixes.is_empty() {
        return Err(skipped("no zone is named, and this machine has no domain: `--zone ZONE`".to_owned()));
    }
    Ok(config)
}

fn check(input: &DoctorInput<'_>, found: &Found, zone: &DomainName) -> Finding {
    let name = format!("record in {zone}");
    let own = match &input.dns.own {
        Ok(own) => own,
        Err(reason) => return Finding::skipped(name, reason),
    };
    let Ok(entry) = ZoneEntry::new(&input.dns.label, zone.clone()) else {
        return Finding::skipped(name, "the name of the service would be too long in it");
    };
    let line = own.line(&entry.name);
    let publish = format!("`leasehold host dns publish`, or give this to the administrator of the zone: {line}");
    let records: Vec<&Candidate> = found.candidates.iter().filter(|record| record.suffix == *zone).collect();
    let others: Vec<String> = records.iter().filter(|record| record.target != own.target).map(|r| shown(r)).collect();
    let others = if others.is_empty() { String::new() } else { format!("; other hosts: {}", others.join(", ")) };
    let mut of_own = records.iter().filter(|record| record.target == own.target);
    let Some(record) = of_own.clone().find(|record| record.port == own.port).or(of_own.next()) else {
        return missing(input, name, outcome(found, &entry.name), &others, publish);
    };
    if record.port != own.port {
        let detail = format!("it names port {}, the host is at {}{others}", record.port, own.port);
        return Finding::failure(name, Code::DnsWrongPort, detail).with_hint(publish);
    }
    let stale = records.iter().filter(|other| other.target == own.target && other.port != own.port);
    let stale: Vec<String> = stale.map(|other| other.port.to_string()).collect();
    if !stale.is_empty() {
        let detail = format!("beside port {} it has records that name {}{others}", own.port, stale.join(", "));
        return Finding::warning(name, Code::DnsStaleRecord, detail);
    }
    if record.addresses.is_empty() {
        let detail = format!("{}: the name has no address{others}", own.target);
        return Finding::failure(name, Code::DnsTargetWithoutAddress, detail);
    }
    let addresses = record.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !record.addresses.iter().any(|address| is_here(*address)) {
        let detail = format!("{} leads to {addresses}, which is not this machine{others}", own.target);
        return Finding::warning(name, Code::DnsTargetElsewhere, detail);
    }
    Finding::ok(name, format!("{} at {addresses}{others}", shown(record)))
}

/// The host's own record is not there: a failure where it ought to be.
fn missing(
    input: &DoctorInput<'_>,
    name: String,
    outcome: Option<LookupOutcome>,
    others: &str,
    publish: String,
) -> Finding {
    let check = if input.dns.zones.is_empty() { Finding::warning } else { Finding::failure };
    match outcome {
        Some(outcome @ (LookupOutcome::NoSuchName | LookupOutcome::NoRecord)) => {
            check(name, Code::DnsNoOwnRecord, outcome.to_string()).with_hint(publish)
        }
        None | Some(LookupOutcome::Records { .. }) => {
            check(name, Code::DnsNoOwnRecord, format!("this host has none{others}")).with_hint(publish)
        }
        Some(outcome) => check(name, outcome.code().unwrap_or(Code::DnsNoOwnRecord), outcome.to_string()),
    }
}

fn outcome(found: &Found, name: &DomainName) -> Option<LookupOutcome> {
    let searched = found.searched.iter().find(|searched| searched.kind == RecordKind::Srv && searched.name == *name);
    searched.map(|searched| searched.outcome)
}

fn shown(record: &Candidate) -> String {
    format!("{}:{} (priority {}, weight {})", record.target, record.port, record.priority, record.weight)
}

/// Only an address of this machine can be bound.
fn is_here(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}
