//! What kind of place an address is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The machine itself.
    Loopback,
    /// The local link: nobody gives such addresses to hosts.
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
pub fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(|| of_v6(address), of_v4),
    }
}

fn of_v4(address: Ipv4Addr) -> Place {
    let [first, second, third, _] = address.octets();
    match (first, second) {
        (127, _) => Place::Loopback,
        (169, 254) => Place::LinkLocal,
        // Addresses shared behind a provider's gateway are as private as any.
        (10, _) | (192, 168) | (172, 16..=31) | (100, 64..=127) => Place::Private,
        (198, 18 | 19) => Place::Documentation,
        (192, 0) if third == 0 => Place::Nowhere,
        (0 | 224.., _) => Place::Nowhere,
        _ if address.is_documentation() => Place::Documentation,
        _ => Place::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Place {
    let [first, second, ..] = address.segments();
    match first {
        _ if address.is_loopback() => Place::Loopback,
        _ if address.is_unspecified() || address.is_multicast() => Place::Nowhere,
        0xfe80..=0xfebf => Place::LinkLocal,
        0xfc00..=0xfdff => Place::Private,
        0x2001 if second == 0xdb8 => Place::Documentation,
        0x3fff if second < 0x1000 => Place::Documentation,
        0x2000..=0x3fff => Place::Public,
        _ => Place::Nowhere,
    }
}

impl Place {
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
            ("127.0.0.2", Place::Loopback),
            ("::1", Place::Loopback),
            ("::ffff:127.0.0.1", Place::Loopback),
            ("169.254.1.1", Place::LinkLocal),
            ("fe80::1", Place::LinkLocal),
            ("192.0.2.1", Place::Documentation),
            ("198.51.100.7", Place::Documentation),
            ("203.0.113.78", Place::Documentation),
            ("198.19.0.1", Place::Documentation),
            ("2001:db8::1", Place::Documentation),
            ("10.5.213.229", Place::Private),
            ("172.31.255.255", Place::Private),
            ("172.32.0.1", Place::Public),
            ("192.168.1.23", Place::Private),
            ("100.64.0.1", Place::Private),
            ("100.128.0.1", Place::Public),
            ("fd00::1", Place::Private),
            ("8.8.8.8", Place::Public),
            ("2620:fe::fe", Place::Public),
            ("0.0.0.0", Place::Nowhere),
            ("224.0.0.1", Place::Nowhere),
            ("255.255.255.255", Place::Nowhere),
            ("::", Place::Nowhere),
            ("ff02::1", Place::Nowhere),
        ] {
            assert_eq!(place(address.parse().unwrap()), expected, "{address}");
        }
    }
}
