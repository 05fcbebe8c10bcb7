//! What status outputs, events, lookups and tests show: hosts, intervals, leases, licences.

use super::evidence::{Evidence, Spot};
use super::place::{self, HostSource};
use super::traffic;
use super::{Options, machines::Machines};
use crate::facts::errors::Hresult;
use crate::facts::kms::KMS;
use crate::facts::outputs::Field;
use crate::read::own::{At, Own};
use crate::read::{Block, Channel, Connection, Content, Event, Lookup, State};

/// What one item shows; `spot` finds the line that a text stands in.
pub(super) fn judge(
    content: &Content,
    options: &Options,
    machines: &mut Machines,
    spot: &dyn Fn(&str) -> Spot,
    at: &dyn Fn(&str, u64) -> Spot,
) -> Vec<Evidence> {
    match content {
        Content::Block(block) => of_block(block, options, machines, spot),
        Content::Event(event) => of_event(event, options, machines, spot),
        Content::Lookup(lookup) => of_lookup(lookup, options, machines, at),
        Content::Connection(connection) => of_connection(connection, options, machines, spot),
        Content::Licences(licences) => {
            machines.of(&spot("vNext licenses found")).licences(licences);
            Vec::new()
        }
        Content::Failure(_) | Content::Unknown(_) => Vec::new(),
    }
}

fn of_block(block: &Block, options: &Options, machines: &mut Machines, spot: &dyn Fn(&str) -> Spot) -> Vec<Evidence> {
    let own = &options.own;
    let mut found = Vec::new();
    if let Some(host) = block.manual_host() {
        found.extend(place::judge(host, HostSource::Hand, own, &spot(host)));
    }
    if let Some(host) = block.dns_host() {
        found.extend(place::judge(host, HostSource::Network, own, &spot(host)));
    }
    // Where the name is judged already, its address says the same.
    if let Some(address) = block.text(Field::HostIp).filter(|_| found.is_empty()) {
        found.extend(place::judge(address, HostSource::Network, own, &spot(address)));
    }
    let interval = |field, wanted: Option<u64>, fact: &str| {
        let wanted = wanted.unwrap_or_else(|| KMS.number(fact).into());
        block.number(field).filter(|minutes| *minutes != wanted).map(|minutes| (minutes, wanted))
    };
    if !block.is_host() {
        let activation =
            interval(Field::ActivationInterval, options.activation_interval, "interval.activation_minutes");
        let renewal = interval(Field::RenewalInterval, options.renewal_interval, "interval.renewal_minutes");
        found.extend(intervals(activation, renewal, &|| spot("nterval: ")));
    }
    found.extend(lease(block, options, spot));
    if without_source(block) {
        let detail = "it is licensed with a generic key, and neither a KMS host nor an activation object is known";
        found.push(Evidence::of_rule("ACT013", detail, spot("KMS name not available")));
    }
    if block.error() == Some(SERVICE_DISABLED) {
        found.push(Evidence::of_rule("ACT014", "the licensing service is disabled (0x80070422)", spot("0x80070422")));
    }
    found.extend(machines.of(&spot("")).block(block, options, spot));
    found
}

/// Intervals, each with what is expected, where they are not that.
fn intervals(activation: Option<(u64, u64)>, renewal: Option<(u64, u64)>, spot: &dyn Fn() -> Spot) -> Option<Evidence> {
    let told = |name: &str, interval: Option<(u64, u64)>| {
        interval.map(|(minutes, wanted)| format!("{name} interval of {minutes} minutes, where {wanted} is expected"))
    };
    let all: Vec<String> = [told("activation", activation), told("renewal", renewal)].into_iter().flatten().collect();
    (!all.is_empty()).then(|| Evidence::of_rule("ACT006", all.join("; "), spot()))
}

/// A lease that is longer than any that a KMS host gives.
fn lease(block: &Block, options: &Options, spot: &dyn Fn(&str) -> Spot) -> Option<Evidence> {
    let max = u64::from(KMS.number("validity.max_minutes"));
    if block.channel() == Channel::KmsClient
        && let Some(minutes) = block.minutes().filter(|minutes| *minutes > max)
    {
        let detail = format!("{minutes} minutes are left, and a lease has {max} at most");
        return Some(Evidence::of_rule("ACT007", detail, spot(&minutes.to_string())));
    }
    let until = block.text(Field::VolumeUntil)?;
    // The order of day and month is the language's; the year is told by its four digits.
    let year = until.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 4)?.parse::<i16>().ok()?;
    let far = year.saturating_sub(options.today.year()) >= 2;
    far.then(|| Evidence::of_rule("ACT007", format!("the lease ends in {year}"), spot(until)))
}

/// Whether a generic key is licensed, and the output, though it would say so, names nothing that licensed it.
fn without_source(block: &Block) -> bool {
    let named = block.host().is_some() || block.last_method().is_some() || block.has(Field::AdObject);
    let says = block.has(Field::DnsHostMissing) || block.has(Field::NeverContacted);
    let generic = block.channel() == Channel::KmsClient || block.gvlk().is_some();
    generic && says && !named && !block.has(Field::HostIp) && block.state() == Some(State::Licensed)
}

fn of_event(event: &Event, options: &Options, machines: &mut Machines, spot: &dyn Fn(&str) -> Spot) -> Vec<Evidence> {
    let mut found = Vec::new();
    if let Some(host) = event.host() {
        found.extend(place::judge(host, HostSource::Network, &options.own, &spot(host)));
        let remote = host.parse().ok();
        found.extend(remote.and_then(|remote| traffic::judge(remote, &options.own, &spot(host))));
    }
    let differs = |minutes: Option<u64>, wanted: Option<u64>, fact: &str| {
        let wanted = wanted.unwrap_or_else(|| KMS.number(fact).into());
        minutes.filter(|minutes| *minutes != wanted && *minutes > 0).map(|minutes| (minutes, wanted))
    };
    let activation = differs(event.activation_interval(), options.activation_interval, "interval.activation_minutes");
    let renewal = differs(event.renewal_interval(), options.renewal_interval, "interval.renewal_minutes");
    found.extend(intervals(activation, renewal, &|| spot("")));
    let max = u64::from(KMS.number("validity.max_minutes"));
    if let Some(minutes) = event.minutes().filter(|minutes| *minutes > max) {
        let detail = format!("{minutes} minutes are left, and a lease has {max} at most");
        found.push(Evidence::of_rule("ACT007", detail, spot(&minutes.to_string())));
    }
    if let (Some(client), Some(cmid)) = (event.client(), event.cmid()) {
        machines.asked(client, cmid, &|| spot(cmid));
    }
    found
}

fn of_lookup(
    lookup: &Lookup,
    options: &Options,
    machines: &mut Machines,
    spot: &dyn Fn(&str, u64) -> Spot,
) -> Vec<Evidence> {
    let own = &options.own;
    let mut found = Vec::new();
    for record in lookup.records.iter().filter(|record| is_of_kms(&record.name)) {
        let Some(target) = record.target.as_deref() else { continue };
        let address = lookup.address(target);
        let at = spot(target, record.line);
        if !own.hosts.is_empty() && !is_listed(target, address, own) {
            found.push(Evidence::of_rule(
                "ACT008",
                format!("{target} is not on the list of your own hosts"),
                at.clone(),
            ));
        }
        let port = record.port.map_or_else(String::new, |port| format!(":{port}"));
        // Names outside the own domains are told by the list of hosts.
        let of_name = place::judge(&format!("{target}{port}"), HostSource::Network, &Own::default(), &at);
        found.extend(
            of_name.into_iter().filter(|finding| finding.rule != "ACT005" || !has_own_port(target, record.port, own)),
        );
        found.extend(address.map(|address| place::judge(address, HostSource::Network, own, &at)).unwrap_or_default());
        machines.record(target, &at);
    }
    found
}

fn of_connection(
    connection: &Connection,
    options: &Options,
    machines: &mut Machines,
    spot: &dyn Fn(&str) -> Spot,
) -> Vec<Evidence> {
    let Some(port) = connection.port else { return Vec::new() };
    let named = connection.address.as_deref().or(connection.host.as_deref()).unwrap_or_default();
    if u32::from(port) == KMS.number("port.tcp") && connection.tcp == Some(false) {
        for host in [&connection.host, &connection.address].into_iter().flatten() {
            machines.silent(host);
        }
    }
    let remote = named.parse().ok().filter(|_| connection.tcp == Some(true));
    let remote = remote.map(|address| std::net::SocketAddr::new(address, port));
    remote.and_then(|remote| traffic::judge(remote, &options.own, &spot(named))).into_iter().collect()
}

/// Whether a record is one of KMS hosts; of a record without a name nothing else is known.
fn is_of_kms(name: &str) -> bool {
    let service = KMS.fact("srv.name").map(|fact| fact.value.to_string()).unwrap_or_default();
    name.is_empty() || name.to_ascii_lowercase().starts_with(&service) || name.eq_ignore_ascii_case("_vlmcs")
}

fn is_listed(target: &str, address: Option<&str>, own: &Own) -> bool {
    let listed = |text: &str| text.parse::<At>().is_ok_and(|at| own.host(&at).is_some());
    listed(target) || address.is_some_and(listed)
}

fn has_own_port(target: &str, port: Option<u16>, own: &Own) -> bool {
    target.parse::<At>().is_ok_and(|at| own.host(&at).is_some_and(|host| host.port == port))
}

/// The licensing service is disabled.
const SERVICE_DISABLED: Hresult = Hresult(0x8007_0422);
