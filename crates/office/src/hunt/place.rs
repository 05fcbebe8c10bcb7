//! Whether a KMS host may be where it is said to be (ACT001 to ACT005).

use super::evidence::{Evidence, Spot};
use crate::facts::address::{AddressScope, scope};
use crate::facts::kms::KMS;
use crate::read::own::{At, Own, is_providers, split_port};

/// Who has named a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostSource {
    /// It was set by hand: without a list of your own only names of the intranet are believed.
    Hand,
    /// DNS, a log, a test: without a list of one's own it is believed.
    Network,
}

/// What is wrong with the host `text`, `host:port`, that the machine `machine` is told to ask.
pub(super) fn judge(text: &str, by: HostSource, own: &Own, spot: &Spot) -> Vec<Evidence> {
    let mut findings = Vec::new();
    let (host, port) = split_port(text);
    let Ok(at) = host.parse::<At>() else { return findings };
    let listed = own.host(&at);
    let mut find = |rule: &'static str, detail: String| findings.push(Evidence::of_rule(rule, detail, spot.clone()));
    match &at {
        At::Address(address) => match scope(*address) {
            AddressScope::Loopback => find("ACT001", format!("{address} is the machine itself")),
            _ if own.holds(&at) || is_providers(&at) => {}
            AddressScope::LinkLocal => find("ACT004", format!("{address} is an address of the local link")),
            // Such addresses stand for public ones in texts that were masked.
            AddressScope::Public | AddressScope::Documentation => {
                find("ACT002", format!("{address} is {}", scope(*address).name()));
            }
            AddressScope::Nowhere => find("ACT004", format!("{address} is {}", scope(*address).name())),
            AddressScope::Private => {}
        },
        At::Name(name) => {
            let name = name.as_str();
            if LOCAL.contains(&name) || is_of(spot.machine.as_deref(), name) {
                find("ACT001", format!("{name} is the machine itself"));
            } else if !own.holds(&at) && !is_providers(&at) {
                // One word has no domain: the machine's own is put behind it.
                if !own.is_empty() && name.contains('.') {
                    find("ACT003", format!("{name} is in none of your own domains"));
                } else if by == HostSource::Hand && !is_of_intranet(name) && !is_beside(spot.machine.as_deref(), name) {
                    find("ACT003", format!("{name} was set by hand, and no list of your own domains is given (--own)"));
                }
            }
        }
    }
    let usual = listed.and_then(|host| host.port).map_or(KMS.number("port.tcp"), u32::from);
    if let Some(port) = port.filter(|port| u32::from(*port) != usual) {
        find("ACT005", format!("port {port}, where {usual} is expected"));
    }
    findings
}

/// Whether a host, `host:port`, is the machine itself on whatever machine.
pub(super) fn is_loopback(text: &str) -> bool {
    match split_port(text).0.parse() {
        Ok(At::Address(address)) => scope(address) == AddressScope::Loopback,
        Ok(At::Name(name)) => LOCAL.contains(&name.as_str()),
        Err(_) => false,
    }
}

/// Whether `name` is that of the machine.
fn is_of(machine: Option<&str>, name: &str) -> bool {
    let Some(machine) = machine.filter(|machine| !machine.is_empty()) else { return false };
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    // Of two full names the domains have to agree too.
    if machine.contains('.') && name.contains('.') {
        machine.trim_end_matches('.').eq_ignore_ascii_case(name)
    } else {
        short(machine) == short(name)
    }
}

/// Whether `name` is of the domain that the machine itself is in, or of one above it.
fn is_beside(machine: Option<&str>, name: &str) -> bool {
    let domain = |name: &str| name.split_once('.').map(|(_, domain)| domain.trim_end_matches('.').to_ascii_lowercase());
    let (Some(own), Some(hosts)) = (machine.and_then(domain), domain(name)) else { return false };
    // A whole top level is nobody's own.
    hosts.contains('.') && (own == hosts || own.ends_with(&format!(".{hosts}")))
}

/// Whether no host of the internet can have this name: one word, or a domain that is only ever used inside.
fn is_of_intranet(name: &str) -> bool {
    !name.contains('.') || INSIDE.iter().any(|domain| name.ends_with(domain))
}

/// What machines call themselves.
const LOCAL: [&str; 3] = ["localhost", "localhost.localdomain", "ip6-localhost"];

/// Domains that the internet does not have.
const INSIDE: [&str; 12] = [
    ".example",
    ".test",
    ".local",
    ".lan",
    ".internal",
    ".intranet",
    ".intra",
    ".corp",
    ".home",
    ".private",
    ".home.arpa",
    ".localdomain",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(host: &str, by: HostSource, own: &str) -> Vec<String> {
        let mut list = Own::default();
        list.add_lines(own).unwrap();
        let spot = Spot { machine: Some("PC-001".to_owned()), ..Spot::default() };
        judge(host, by, &list, &spot).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn each_place_comes_under_its_rule() {
        for (host, expected) in [
            ("127.0.0.2:1688", vec!["ACT001"]),
            ("localhost", vec!["ACT001"]),
            ("[::1]:1688", vec!["ACT001"]),
            ("PC-001", vec!["ACT001"]),
            ("pc-001.corp.example.com:1688", vec!["ACT001"]),
            ("203.0.113.78:16886", vec!["ACT002", "ACT005"]),
            ("8.8.8.8", vec!["ACT002"]),
            ("kms.example.net:1688", vec!["ACT003"]),
            ("169.254.10.1:1688", vec!["ACT004"]),
            ("169.254.169.250:1688", vec![]),
            ("20.118.99.224:1688", vec![]),
            ("kms.core.windows.net:1688", vec![]),
            ("10.0.0.20:1689", vec!["ACT005"]),
            ("kms01:1688", vec![]),
            ("kms01.corp.local:1688", vec![]),
            ("not available", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(rules(host, HostSource::Hand, ""), expected, "{host}");
        }
    }

    #[test]
    fn a_host_of_the_machines_own_domain_is_believed_until_there_is_a_list() {
        let of = |machine: &str, host: &str| {
            let spot = Spot { machine: Some(machine.to_owned()), ..Spot::default() };
            judge(host, HostSource::Hand, &Own::default(), &spot).len()
        };
        assert_eq!(of("pc-9.physik.uni.example.org", "kms.uni.example.org:1688"), 0);
        assert_eq!(of("pc-9.uni.example.org", "kms.uni.example.org:1688"), 0);
        assert_eq!(of("pc-9.example.org", "kms.example.net:1688"), 1);
        assert_eq!(of("pc-9.org", "kms.org:1688"), 1);
        assert_eq!(of("pc-9", "kms.uni.example.org:1688"), 1);
    }

    #[test]
    fn what_the_network_names_is_believed_until_there_is_a_list() {
        assert!(rules("kms.example.net:1688", HostSource::Network, "").is_empty());
        assert_eq!(rules("kms.example.net:1688", HostSource::Network, "kms01.corp.example.com"), ["ACT003"]);
        assert_eq!(rules("kms9.corp.local", HostSource::Network, "kms01.corp.example.com"), ["ACT003"]);
        for by in [HostSource::Hand, HostSource::Network] {
            assert!(rules("kms9:1688", by, "kms01.corp.example.com").is_empty(), "{by:?}");
        }
    }

    #[test]
    fn what_is_ones_own_is_right_with_its_own_port() {
        assert!(rules("kms01.corp.example.com:1690", HostSource::Hand, "kms01.corp.example.com:1690").is_empty());
        assert_eq!(rules("kms01.corp.example.com:1688", HostSource::Hand, "kms01.corp.example.com:1690"), ["ACT005"]);
        assert!(rules("203.0.113.78:1688", HostSource::Hand, "203.0.113.0/24").is_empty());
        assert!(rules("kms02.corp.example.com", HostSource::Hand, "*.corp.example.com").is_empty());
    }
}
