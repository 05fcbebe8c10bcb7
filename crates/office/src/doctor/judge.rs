//! What is wrong with what was seen, and what to do about it.

use std::net::IpAddr;

use leasehold_core::Code;
use leasehold_core::finding::Finding;

use super::connect::Port;
use super::look::{Domain, Seen, Target, Way, usual_port};
use crate::facts::address::AddressScope;
use crate::read::own::{At, Own, is_providers};

/// What was found, in order: the domains, under each its records, then one's own hosts without a record.
pub fn judge(seen: &Seen, own: &Own) -> Vec<Finding> {
    let mut findings = Vec::new();
    if own.hosts.is_empty() {
        let why = "no list of your own hosts is given (--own): whose records these are is not judged";
        findings.push(Finding::skipped("own hosts", why));
    }
    for domain in &seen.domains {
        findings.extend(service(domain, own));
        for target in &domain.records {
            findings.extend(record(domain, target, own));
        }
        findings.extend(together(domain, own));
    }
    for target in &seen.without_record {
        let name = format!("own host {}", target.host);
        let detail = format!("{}:{}: no record under the domains asked names it", target.host, target.port);
        findings.push(Finding::warning(&name, Code::KmsOwnWithoutRecord, detail));
        findings.extend(reach(&name, target));
    }
    findings
}

fn service(domain: &Domain, own: &Own) -> Vec<Finding> {
    let name = format!("_vlmcs._tcp.{}", domain.name);
    let mut findings = Vec::new();
    match domain.code {
        None => findings.push(Finding::ok(&name, domain.outcome.clone())),
        Some(Code::DnsNoSuchName | Code::DnsNoRecord) => {
            let host = own.hosts.first().map_or_else(|| "HOST".to_owned(), |host| host.at.to_string());
            let port = usual_port();
            findings.push(Finding::failure(&name, Code::KmsNoRecord, domain.outcome.clone()).with_hint(format!(
                "on the KMS host add {0} to DnsDomainPublishList (REG_MULTI_SZ, a domain a line) under HKLM\\SOFTWARE\\\
                 Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform and restart the service sppsvc; or enter \
                 the record by hand: _vlmcs._tcp.{0}. IN SRV 0 0 {port} {host}.",
                domain.name
            )));
        }
        Some(code) => findings.push(Finding::failure(&name, code, domain.outcome.clone())),
    }
    if domain.unusable > 0 {
        let detail = format!("{} of its records have no name or port to connect to", domain.unusable);
        findings.push(Finding::failure(&name, Code::KmsStaleRecord, detail));
    }
    findings
}

fn record(domain: &Domain, target: &Target, own: &Own) -> Vec<Finding> {
    let name = format!("record of {} under {}", target.host, domain.name);
    let mut findings = vec![Finding::ok(&name, describe(target))];
    let at = target.host.parse::<At>().ok();
    let listed = at.as_ref().and_then(|at| own.host(at));
    let by_address = || target.ways.iter().any(|way| own.host(&At::Address(way.address)).is_some());
    if !own.hosts.is_empty() && listed.is_none() && !by_address() {
        let detail = format!("{} is not on the list of your own hosts", target.host);
        findings.push(Finding::failure(&name, Code::KmsForeignRecord, detail).with_rule("ACT008"));
    }
    if let Some(alias) = &target.alias_of {
        let detail =
            format!("{} is an alias of {alias}; the target of a record has to be a name with addresses", target.host);
        findings.push(Finding::warning(&name, Code::KmsTargetAlias, detail));
    }
    let usual = listed.and_then(|host| host.port).unwrap_or_else(usual_port);
    if target.port != usual {
        let detail = format!("it names port {}, and {usual} is expected", target.port);
        findings.push(Finding::warning(&name, Code::KmsPortUnusual, detail).with_rule("ACT005"));
    }
    let provided = at.as_ref().is_some_and(is_providers);
    findings.extend(target.ways.iter().filter_map(|way| place(&name, way, own, provided)));
    findings.extend(reach(&name, target));
    findings
}

/// A place where no host of one's own is.
fn place(name: &str, way: &Way, own: &Own, provided: bool) -> Option<Finding> {
    let at = At::Address(way.address);
    if provided || is_providers(&at) || own.holds(&at) {
        return None;
    }
    let detail = format!("{} is {}", way.address, way.place.name());
    match way.place {
        AddressScope::Private => None,
        AddressScope::Loopback => Some(Finding::failure(name, Code::KmsTargetPlace, detail).with_rule("ACT001")),
        AddressScope::LinkLocal | AddressScope::Documentation => {
            Some(Finding::failure(name, Code::KmsTargetPlace, detail).with_rule("ACT004"))
        }
        AddressScope::Public => Some(Finding::failure(name, Code::KmsTargetPlace, detail).with_rule("ACT002")),
        AddressScope::Nowhere => Some(Finding::failure(name, Code::KmsTargetPlace, detail)),
    }
}

/// Whether the host resolves, and its port is open.
fn reach(name: &str, target: &Target) -> Vec<Finding> {
    if let Some(why) = &target.unresolved {
        let detail = format!("{}: {why}", target.host);
        return vec![Finding::failure(name, Code::KmsStaleRecord, detail).with_rule("ACT009")];
    }
    let elsewhere = target.is_open();
    let finding = |way: &Way| {
        let socket = socket(way.address, target.port);
        let (code, what) = match way.port {
            Port::Open { milliseconds } => {
                return Finding::ok(name, format!("{socket}: open, answered in {milliseconds} ms"));
            }
            Port::NotTried => return Finding::skipped(name, format!("{socket}: not tried")),
            Port::Refused => (Code::KmsPortRefused, "the machine answers, and the port is closed"),
            Port::Filtered => (Code::KmsPortFiltered, "no answer: a firewall swallows it, or the machine is off"),
            Port::Unreachable => (Code::KmsPortUnreachable, "there is no way there from here"),
        };
        let detail = format!("{socket}: {what}");
        // Clients go on to the next address, after a wait.
        if elsewhere {
            Finding::warning(name, code, detail)
        } else {
            Finding::failure(name, code, detail).with_rule("ACT009")
        }
    };
    target.ways.iter().map(finding).collect()
}

/// What several records of one domain come to.
fn together(domain: &Domain, own: &Own) -> Option<Finding> {
    let name = format!("hosts of {}", domain.name);
    let count = domain.records.len();
    if count < 2 {
        return None;
    }
    let mut order: Vec<String> = Vec::new();
    for target in &domain.records {
        let (priority, weight) = (target.priority.unwrap_or_default(), target.weight.unwrap_or_default());
        order.push(format!("{}:{} (priority {priority}, weight {weight})", target.host, target.port));
    }
    let detail = format!(
        "{count} records: {}; clients keep to the host that activated them last, so priority and weight matter only at the \
         first time, or with caching switched off",
        order.join(", ")
    );
    if !own.hosts.is_empty() && count > own.hosts.len() {
        return Some(Finding::warning(&name, Code::KmsMoreRecords, detail).with_rule("ACT009"));
    }
    Some(Finding::ok(&name, detail))
}

fn describe(target: &Target) -> String {
    let Target { host, port, priority, weight, ttl, .. } = target;
    let number = |number: Option<u64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    let (priority, weight) = (number(priority.map(u64::from)), number(weight.map(u64::from)));
    format!("{host}:{port}, priority {priority}, weight {weight}, kept for {} s", number(*ttl))
}

fn socket(address: IpAddr, port: u16) -> String {
    std::net::SocketAddr::new(address, port).to_string()
}

#[cfg(test)]
mod tests {
    use leasehold_core::finding::CheckOutcome;

    use super::*;
    use crate::facts::address::scope;

    fn target(host: &str, ways: &[(&str, Port)]) -> Target {
        let way = |(address, port): &(&str, Port)| {
            let address = address.parse().unwrap();
            Way { address, place: scope(address), port: *port }
        };
        Target {
            host: host.to_owned(),
            port: 1_688,
            priority: Some(0),
            weight: Some(0),
            ttl: Some(3_600),
            alias_of: None,
            unresolved: ways.is_empty().then(|| "no such name".to_owned()),
            ways: ways.iter().map(way).collect(),
        }
    }

    fn found(records: Vec<Target>, own: &str) -> Vec<(Option<Code>, Option<&'static str>)> {
        let outcome = "records".to_owned();
        let domain = Domain { name: "corp.example".to_owned(), outcome, code: None, unusable: 0, records };
        let mut list = Own::default();
        list.add_lines(own).unwrap();
        let seen = Seen { domains: vec![domain], without_record: Vec::new() };
        let worth = |finding: &Finding| matches!(finding.outcome, CheckOutcome::Warning | CheckOutcome::Failure);
        judge(&seen, &list).into_iter().filter(worth).map(|finding| (finding.code, finding.rule)).collect()
    }

    const OPEN: Port = Port::Open { milliseconds: 1 };

    #[test]
    fn a_healthy_record_is_not_worth_a_word() {
        assert_eq!(found(vec![target("kms.corp.example", &[("10.0.0.1", OPEN)])], "kms.corp.example"), []);
        assert_eq!(found(vec![target("kms.corp.example", &[("10.0.0.1", OPEN)])], "10.0.0.1"), []);
        assert_eq!(found(vec![target("kms.core.windows.net", &[("20.118.99.224", OPEN)])], ""), [], "a provider's");
    }

    #[test]
    fn each_place_where_no_host_is_comes_under_its_rule() {
        for (address, rule) in [
            ("127.0.0.1", Some("ACT001")),
            ("8.8.8.8", Some("ACT002")),
            ("169.254.3.4", Some("ACT004")),
            ("203.0.113.7", Some("ACT004")),
            ("0.0.0.0", None),
        ] {
            let records = vec![target("kms.corp.example", &[(address, OPEN)])];
            assert_eq!(found(records, ""), [(Some(Code::KmsTargetPlace), rule)], "{address}");
        }
        let ours = vec![target("kms.corp.example", &[("8.8.8.8", OPEN)])];
        assert_eq!(found(ours, "kms.corp.example\n8.8.8.0/24"), [], "a public network of one's own");
    }

    #[test]
    fn what_does_not_answer_is_told_apart() {
        for (port, code) in [
            (Port::Refused, Code::KmsPortRefused),
            (Port::Filtered, Code::KmsPortFiltered),
            (Port::Unreachable, Code::KmsPortUnreachable),
        ] {
            let records = vec![target("kms.corp.example", &[("10.0.0.1", port)])];
            assert_eq!(found(records, ""), [(Some(code), Some("ACT009"))]);
            let one_of_two = vec![target("kms.corp.example", &[("10.0.0.1", port), ("10.0.0.2", OPEN)])];
            assert_eq!(found(one_of_two, ""), [(Some(code), None)], "a warning");
        }
    }

    #[test]
    fn foreign_and_stale_records_are_found() {
        let records = vec![target("kms.corp.example", &[("10.0.0.1", OPEN)]), target("pc7.corp.example", &[])];
        let expected = [
            (Some(Code::KmsForeignRecord), Some("ACT008")),
            (Some(Code::KmsStaleRecord), Some("ACT009")),
            (Some(Code::KmsMoreRecords), Some("ACT009")),
        ];
        assert_eq!(found(records, "kms.corp.example"), expected);
    }
}
