//! What kind of place an address is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressScope {
    /// The machine itself.
    Loopback,
    /// The local link: no host is given such an address.
    LinkLocal,
    /// Ranges for documentation and tests, which stand for real ones in texts.
    Documentation,
    /// A network of one's own.
    Private,
    /// The internet.
    Public,
    /// No place where a host could be: unspecified, multicast, reserved.
    Nowhere,
}

/// What kind of place `address` is.
pub fn scope(address: IpAddr) -> AddressScope {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(|| of_v6(address), of_v4),
    }
}

fn of_v4(address: Ipv4Addr) -> AddressScope {
    let [first, second, third, _] = address.octets();
    match (first, second) {
        (127, _) => AddressScope::Loopback,
        (169, 254) => AddressScope::LinkLocal,
        // Addresses shared behind a provider's gateway are as private as any.
        (10, _) | (192, 168) | (172, 16..=31) | (100, 64..=127) => AddressScope::Private,
        (198, 18 | 19) => AddressScope::Documentation,
        (192, 0) if third == 0 => AddressScope::Nowhere,
        (0 | 224.., _) => AddressScope::Nowhere,
        _ if address.is_documentation() => AddressScope::Documentation,
        _ => AddressScope::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> AddressScope {
    let [first, second, ..] = address.segments();
    match first {
        _ if address.is_loopback() => AddressScope::Loopback,
        _ if address.is_unspecified() || address.is_multicast() => AddressScope::Nowhere,
        0xfe80..=0xfebf => AddressScope::LinkLocal,
        0xfc00..=0xfdff => AddressScope::Private,
        0x2001 if second == 0xdb8 => AddressScope::Documentation,
        0x3fff if second < 0x1000 => AddressScope::Documentation,
        0x2000..=0x3fff => AddressScope::Public,
        _ => AddressScope::Nowhere,
    }
}

impl AddressScope {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loopback => "the machine itself",
            Self::LinkLocal => "the local link",
            Self::Documentation => "a range for documentation and tests",
            Self::Private => "a private network",
            Self::Public => "the internet",
            Self::Nowhere => "no place where a host could be",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_is_what_its_registry_says() {
        for (address, expected) in [
            ("127.0.0.2", AddressScope::Loopback),
            ("::1", AddressScope::Loopback),
            ("::ffff:127.0.0.1", AddressScope::Loopback),
            ("169.254.1.1", AddressScope::LinkLocal),
            ("fe80::1", AddressScope::LinkLocal),
            ("192.0.2.1", AddressScope::Documentation),
            ("198.51.100.7", AddressScope::Documentation),
            ("203.0.113.78", AddressScope::Documentation),
            ("198.19.0.1", AddressScope::Documentation),
            ("2001:db8::1", AddressScope::Documentation),
            ("10.5.213.229", AddressScope::Private),
            ("172.31.255.255", AddressScope::Private),
            ("172.32.0.1", AddressScope::Public),
            ("192.168.1.23", AddressScope::Private),
            ("100.64.0.1", AddressScope::Private),
            ("100.128.0.1", AddressScope::Public),
            ("fd00::1", AddressScope::Private),
            ("8.8.8.8", AddressScope::Public),
            ("2620:fe::fe", AddressScope::Public),
            ("0.0.0.0", AddressScope::Nowhere),
            ("224.0.0.1", AddressScope::Nowhere),
            ("255.255.255.255", AddressScope::Nowhere),
            ("::", AddressScope::Nowhere),
            ("ff02::1", AddressScope::Nowhere),
        ] {
            assert_eq!(scope(address.parse().unwrap()), expected, "{address}");
        }
    }
}
