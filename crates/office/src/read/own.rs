//! What belongs to the organisation: its KMS hosts, networks and domains, as its administrator lists them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use leasehold_discovery::DomainName;

use crate::facts::indicators::INDICATORS;

/// What belongs to the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Its hosts.
    pub hosts: Vec<OwnHost>,
    /// Its networks.
    pub networks: Vec<OwnNetwork>,
    /// Its domains.
    pub domains: Vec<DomainName>,
}

/// A KMS host of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnHost {
    /// Its name, or its address.
    pub at: At,
    /// Its port, where that is not the usual one.
    pub port: Option<u16>,
}

/// A name or an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// A name.
    Name(DomainName),
    /// An address.
    Address(IpAddr),
}

/// A network of the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnNetwork {
    address: IpAddr,
    bits: u8,
}

/// One line of the organisation's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A host: `kms01.example.com`, `10.0.0.5:1688`.
    Host(OwnHost),
    /// A network: `10.0.0.0/8`.
    Network(OwnNetwork),
    /// A domain with all below it: `*.example.com`.
    Domain(DomainName),
}

/// Why a text is none of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no host (kms01.example.com, 10.0.0.5, kms01.example.com:1689), network (10.0.0.0/8) or domain (*.example.com)"
)]
pub struct NotOwn(String);

impl Own {
    /// Takes one more entry.
    pub fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Host(host) => self.hosts.push(host),
            Entry::Network(network) => self.networks.push(network),
            Entry::Domain(domain) => self.domains.push(domain),
        }
    }

    /// Takes the entries of a file, one a line; `#` begins a remark.
    ///
    /// # Errors
    /// Where a line is none.
    pub fn add_lines(&mut self, text: &str) -> Result<(), NotOwn> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        for line in lines.filter(|line| !line.is_empty()) {
            self.add(line.parse()?);
        }
        Ok(())
    }

    /// Whether nothing is listed.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.networks.is_empty() && self.domains.is_empty()
    }

    /// The host that is at this place, where it is one of the organisation's.
    pub fn host(&self, at: &At) -> Option<&OwnHost> {
        self.hosts.iter().find(|host| host.at == *at)
    }

    /// Whether a host at this place belongs to the organisation: it is listed, or in a listed network or domain, or in
    /// the domain of a listed host.
    pub fn holds(&self, at: &At) -> bool {
        self.host(at).is_some()
            || match at {
                At::Address(address) => self.networks.iter().any(|network| network.holds(*address)),
                At::Name(name) => self.all_domains().any(|domain| name.is_within(&domain)),
            }
    }

    /// The domains that belong to the organisation: those listed, and those of its hosts.
    fn all_domains(&self) -> impl Iterator<Item = DomainName> {
        let of_hosts = self.hosts.iter().filter_map(|host| match &host.at {
            // A domain of one part is as good as all the internet.
            At::Name(name) => name.as_str().split_once('.').filter(|(_, domain)| domain.contains('.'))?.1.parse().ok(),
            At::Address(_) => None,
        });
        self.domains.iter().cloned().chain(of_hosts)
    }
}

/// Whether a cloud provider's own host is at this place: it is public, and right for machines that run there.
pub fn is_providers(at: &At) -> bool {
    INDICATORS.allowed.iter().any(|allow| allow.value.parse::<At>().is_ok_and(|allowed| allowed == *at))
}

impl OwnNetwork {
    fn holds(self, address: IpAddr) -> bool {
        let (own, other, width) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (u128::from(own.to_bits()), u128::from(other.to_bits()), 32),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        let rest = u32::from(width - self.bits);
        own.checked_shr(rest) == other.checked_shr(rest)
    }
}

impl FromStr for Entry {
    type Err = NotOwn;

    fn from_str(text: &str) -> Result<Self, NotOwn> {
        let wrong = || NotOwn(super::masked(text).chars().take(80).collect());
        let text = text.trim();
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| wrong())?;
            let max = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.parse().ok().filter(|bits| *bits <= max).ok_or_else(wrong)?;
            return Ok(Self::Network(OwnNetwork { address, bits }));
        }
        if let Some(domain) = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')) {
            return Ok(Self::Domain(domain.parse().map_err(|_| wrong())?));
        }
        let (at, port) = split_port(text);
        let at = at.parse().map_err(|_| wrong())?;
        if port == Some(0) { Err(wrong()) } else { Ok(Self::Host(OwnHost { at, port })) }
    }
}

impl FromStr for At {
    type Err = leasehold_discovery::NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = text.trim().trim_start_matches('[').trim_end_matches(']');
        // A scope belongs to the machine that wrote it.
        let unscoped = bare.split('%').next().unwrap_or_default();
        match unscoped.parse::<IpAddr>() {
            Ok(address) => Ok(Self::Address(address.to_canonical())),
            Err(_) => text.trim().parse().map(Self::Name),
        }
    }
}

/// A name or address, and the port behind its last colon: `kms01:1688`, `[::1]:1688`.
pub fn split_port(text: &str) -> (&str, Option<u16>) {
    let text = text.trim();
    let one_colon = text.matches(':').count() == 1 || text.starts_with('[');
    match text.rsplit_once(':') {
        Some((host, port)) if one_colon && !host.is_empty() => match port.trim().parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (text, None),
        },
        Some(_) | None => (text, None),
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> Own {
        let mut own = Own::default();
        own.add_lines(text).unwrap();
        own
    }

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn hosts_networks_and_domains_are_told_apart() {
        let own = own("kms01.corp.example.com # the first\n10.0.0.5:1689\n\n10.0.0.0/8\n*.lab.example\n2001:db8::/32");
        assert_eq!((own.hosts.len(), own.networks.len(), own.domains.len()), (2, 2, 1));
        for inside in
            ["KMS01.corp.example.com.", "kms02.corp.example.com", "10.255.0.1", "a.lab.example", "2001:db8::7"]
        {
            assert!(own.holds(&at(inside)), "{inside}");
        }
        for outside in ["kms01.example.com", "11.0.0.1", "lab.example.com", "2001:db9::1"] {
            assert!(!own.holds(&at(outside)), "{outside}");
        }
        assert_eq!(own.host(&at("10.0.0.5")).and_then(|host| host.port), Some(1_689));
        assert!(own.host(&at("kms02.corp.example.com")).is_none(), "a host is listed itself");
    }

    #[test]
    fn the_domain_of_a_host_is_no_top_level_domain() {
        assert!(!own("kms.com").holds(&at("evil.com")));
        assert!(own("kms.corp.example").holds(&at("other.corp.example")));
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for text in ["", "10.0.0.0/33", "::/129", "kms 01", "kms01:0", "*.", "10.0.0.0/x"] {
            assert!(text.parse::<Entry>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_network_holds_its_own_address_whatever_its_width() {
        for (network, inside) in [("0.0.0.0/0", "8.8.8.8"), ("::/0", "2620:fe::fe"), ("10.1.2.3/32", "10.1.2.3")] {
            assert!(own(network).holds(&at(inside)), "{network}");
        }
        assert!(!own("10.1.2.3/32").holds(&at("10.1.2.4")));
        assert!(own("10.0.0.0/8").holds(&at("::ffff:10.1.1.1")));
    }

    #[test]
    fn ports_are_split_from_names_and_addresses() {
        assert_eq!(split_port("kms01:1688"), ("kms01", Some(1_688)));
        assert_eq!(split_port("[::1]:1688"), ("[::1]", Some(1_688)));
        assert_eq!(split_port("2001:db8::1"), ("2001:db8::1", None));
        assert_eq!(split_port("kms01:x"), ("kms01:x", None));
        assert_eq!(split_port("10.0.0.1"), ("10.0.0.1", None));
    }

    #[test]
    fn providers_are_those_of_the_table() {
        assert!(is_providers(&at("KMS.core.windows.net")) && is_providers(&at("169.254.169.250")));
        assert!(!is_providers(&at("kms.example.net")));
    }
}
