//! What the lists of machines have in common: which rows are shown, in which order, and how many.

use std::net::IpAddr;

use clap::{Args, ValueEnum};
use leasehold_core::{ProductId, Span, Text, Timestamp};
use leasehold_service::Network;

use crate::values;

/// Which rows of a list are shown.
#[derive(Args, Clone, Debug)]
pub(crate) struct RowFilter {
    /// Only machines whose name has this in it; upper and lower case are the same.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Only machines that asked from this address, or from one of a network.
    #[arg(long, value_name = "ADDRESS|CIDR")]
    address: Option<Network>,
    /// Only this product.
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) product: Option<ProductId>,
    /// Only leases that run now and end within this time.
    #[arg(long, value_name = "TIME", value_parser = values::span)]
    expiring: Option<Span>,
}

/// What a filter looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'f> {
    pub(crate) name: Option<&'f str>,
    pub(crate) address: Option<IpAddr>,
}

impl RowFilter {
    /// Whether a machine of this name and address is shown.
    pub(crate) fn takes_machine(&self, facts: &Facts<'_>) -> bool {
        let has = |text: &String| facts.name.is_some_and(|name| name.to_lowercase().contains(&text.to_lowercase()));
        let within = |network: &Network| facts.address.is_some_and(|address| network.contains(address.to_canonical()));
        self.name.as_ref().is_none_or(has) && self.address.as_ref().is_none_or(within)
    }

    /// Whether a row about this product and a lease that ends at `expires` is shown at `now`.
    pub(crate) fn takes_lease(&self, product: ProductId, expires: Option<Timestamp>, now: Timestamp) -> bool {
        self.product.is_none_or(|wanted| wanted == product)
            && self.expiring.is_none_or(|span| expires.is_some_and(|at| at > now && at <= now.plus(span)))
    }

    /// Whether rows without a product and a lease are shown.
    pub(crate) const fn takes_no_lease(&self) -> bool {
        self.product.is_none() && self.expiring.is_none()
    }
}

/// The first rows of an order, of however many there are.
#[derive(Debug)]
pub(crate) struct Top<K, R> {
    rows: Vec<(K, R)>,
    limit: usize,
    seen: usize,
}

impl<K: Ord, R> Top<K, R> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { rows: Vec::new(), limit, seen: 0 }
    }

    /// Takes a row that comes at `key`. No more than twice the limit are kept.
    pub(crate) fn take(&mut self, key: K, row: R) {
        self.seen += 1;
        self.rows.push((key, row));
        if self.rows.len() >= self.limit.saturating_mul(2).max(1_024) {
            self.cut();
        }
    }

    /// The rows, and how many there are in all.
    pub(crate) fn finish(mut self) -> (Vec<R>, usize) {
        self.cut();
        (self.rows.into_iter().map(|(_, row)| row).collect(), self.seen)
    }

    fn cut(&mut self) {
        self.rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.rows.truncate(self.limit);
    }
}

/// Bytes whose order is that of the addresses; those without one last.
pub(crate) fn sortable(address: Option<IpAddr>) -> Vec<u8> {
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(v4)) => [&[4], &v4.octets()[..]].concat(),
        Some(IpAddr::V6(v6)) => [&[6], &v6.octets()[..]].concat(),
        None => vec![u8::MAX],
    }
}

/// Bytes whose order is that of the names; those without one last.
pub(crate) fn sortable_name(name: Option<&Text>) -> Vec<u8> {
    name.map_or(vec![u8::MAX], |name| [name.as_str().to_lowercase().as_bytes(), &[0]].concat())
}

/// Says on standard error that there is more than is shown.
pub(crate) fn say_more(shown: usize, all: usize, how: &str) {
    if all > shown {
        errln!("{shown} of {all} are shown: {how}");
    }
}

/// The order of the machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ClientOrder {
    /// By device key.
    #[default]
    Client,
    /// By name; those without one last.
    Name,
    /// By the address that they last asked from.
    Address,
    /// Those that asked first, first.
    First,
    /// Those that asked last, first.
    Last,
    /// By the end of their lease, the nearest first.
    Expires,
}

/// The order of the decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventOrder {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// By device key.
    Client,
    /// By name; those without one last.
    Name,
    /// By the address that they asked from.
    Address,
    /// By the end of their lease, the nearest first.
    Expires,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_of_an_order_are_kept_and_all_are_counted() {
        let mut top = Top::new(3);
        (0..5_000_u32).for_each(|n| top.take((n * 7_919) % 5_000, n));
        let (rows, seen) = top.finish();
        assert_eq!((rows.into_iter().map(|n| (n * 7_919) % 5_000).collect::<Vec<_>>(), seen), (vec![0, 1, 2], 5_000));
    }

    #[test]
    fn a_machine_is_found_by_a_part_of_its_name_and_by_its_network() {
        let filter = |name: Option<&str>, address: Option<&str>| RowFilter {
            name: name.map(str::to_owned),
            address: address.map(|text| text.parse().expect("a network")),
            product: None,
            expiring: None,
        };
        let facts = Facts { name: Some("PC-Müller"), address: Some("10.1.2.3".parse().expect("an address")) };
        let unknown = Facts { name: None, address: None };
        for (name, address, takes) in [
            (Some("MÜLL"), None, true),
            (Some("x"), None, false),
            (None, Some("10.1.0.0/16"), true),
            (Some("pc"), Some("10.2.0.0/16"), false),
        ] {
            assert_eq!(filter(name, address).takes_machine(&facts), takes);
            assert!(!filter(name, address).takes_machine(&unknown));
        }
        assert!(filter(None, None).takes_machine(&unknown));
    }
}
