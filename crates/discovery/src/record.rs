//! One SRV record, as found and as published.

use leasehold_core::Span;

use crate::name::DomainName;

/// What an SRV record says: where a host is, and when it is to be preferred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRecord {
    /// The lowest is tried first.
    pub priority: u16,
    /// The share among those of one priority.
    pub weight: u16,
    /// Where the host listens.
    pub port: u16,
    /// The host's name.
    pub target: DomainName,
    /// How long the record may be kept.
    pub ttl: Span,
}

impl ServiceRecord {
    /// The line of a zone file that is this record of `name`.
    pub fn line(&self, name: &DomainName) -> String {
        let Self { priority, weight, port, target, ttl } = self;
        format!("{name}. {} IN SRV {priority} {weight} {port} {target}.", ttl.as_seconds())
    }

    /// Whether both say the same of one host: all but how long it may be kept.
    #[cfg(feature = "publish")]
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.is_of_the_same_host(other) && (self.priority, self.weight) == (other.priority, other.weight)
    }

    /// Whether both are of one host at one port.
    #[cfg(feature = "publish")]
    pub fn is_of_the_same_host(&self, other: &Self) -> bool {
        (&self.target, self.port) == (&other.target, other.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_the_one_an_administrator_puts_into_the_zone() {
        let target = "Lease1.example.com".parse().unwrap();
        let record = ServiceRecord { priority: 0, weight: 100, port: 16_880, target, ttl: Span::HOUR };
        let line = record.line(&"_leasehold._tcp.example.com".parse().unwrap());
        assert_eq!(line, "_leasehold._tcp.example.com. 3600 IN SRV 0 100 16880 lease1.example.com.");
    }
}
