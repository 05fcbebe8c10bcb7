//! What lists have in common: which rows are shown, in which order, and how many.

use std::net::IpAddr;

use clap::{Args, ValueEnum};
use leasehold_core::{ProductId, Span, Text, Timestamp};
use leasehold_service::Network;
use serde_json::Value;

use crate::output::{self, Output};
use crate::values;

/// How many rows of a list are shown.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Limit {
    /// Show at most so many.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = values::whole::<usize>(values::SOME))]
    limit: usize,
}

impl Limit {
    /// Of `rows` those that `shows` takes, in the order of their keys; as many as are asked for.
    pub(crate) fn first<R, K: Ord>(
        self,
        rows: impl IntoIterator<Item = R>,
        shows: impl Fn(&R) -> bool,
        key: impl Fn(&R) -> K,
    ) -> Listed<R> {
        let (mut top, mut read) = (Top::new(self.limit), 0);
        for row in rows {
            read += 1;
            if shows(&row) {
                top.take(key(&row), row);
            }
        }
        let (rows, matching) = top.finish();
        Listed { rows, matching, read }
    }
}

/// The rows of a list that are shown.
#[derive(Debug)]
pub(crate) struct Listed<R> {
    pub(crate) rows: Vec<R>,
    /// How many are as asked for.
    matching: usize,
    /// How many there are.
    read: usize,
}

impl<R> Listed<R> {
    /// Prints them, and says on standard error what is not shown; `none` where there is nothing to list.
    pub(crate) fn show(&self, output: Output, none: &str, value: impl Fn(&R) -> Value, print: impl Fn(&[R])) {
        match output {
            Output::Json => output::json(&self.rows.iter().map(value).collect()),
            Output::Human if self.read == 0 => errln!("{none}"),
            Output::Human if self.rows.is_empty() => errln!("none of {} is as asked for", self.read),
            Output::Human => print(&self.rows),
        }
        self.say_more();
    }

    /// Says on standard error that there is more than is shown.
    pub(crate) fn say_more(&self) {
        say_more(self.rows.len(), self.matching, "--limit N shows more");
    }
}

/// Whether `text` has `part` in it, where one is asked for; upper and lower case are the same.
pub(crate) fn contains(part: Option<&String>, text: &str) -> bool {
    part.is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
}

/// Whether `value` is the one that is asked for, where one is.
pub(crate) fn is<T: PartialEq>(wanted: Option<&T>, value: Option<&T>) -> bool {
    wanted.is_none() || wanted == value
}

/// Whether `end` is in the time from `now` that is asked for, where one is.
pub(crate) fn ends_within(span: Option<Span>, end: Option<Timestamp>, now: Timestamp) -> bool {
    span.is_none_or(|span| end.is_some_and(|at| at > now && at <= now.plus(span)))
}

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
        let named = self.name.is_none() || facts.name.is_some_and(|name| contains(self.name.as_ref(), name));
        let within = |network: &Network| facts.address.is_some_and(|address| network.contains(address.to_canonical()));
        named && self.address.as_ref().is_none_or(within)
    }

    /// Whether a row about this product and a lease that ends at `expires` is shown at `now`.
    pub(crate) fn takes_lease(&self, product: ProductId, expires: Option<Timestamp>, now: Timestamp) -> bool {
        is(self.product.as_ref(), Some(&product)) && ends_within(self.expiring, expires, now)
    }

    /// Whether rows without a product and a lease are shown.
    pub(crate) const fn takes_no_lease(&self) -> bool {
        self.product.is_none() && self.expiring.is_none()
    }
}

/// Bytes whose order is that of the times, the last first; those without one last.
pub(crate) fn newest(time: Option<Timestamp>) -> Vec<u8> {
    (u64::MAX - time.map_or(0, Timestamp::unix)).to_be_bytes().to_vec()
}

/// Bytes whose order is that of the times; those without one last.
pub(crate) fn soonest(time: Option<Timestamp>) -> Vec<u8> {
    time.map_or(u64::MAX, Timestamp::unix).to_be_bytes().to_vec()
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
    fn of_a_list_the_rows_that_are_asked_for_are_shown_in_their_order_and_the_rest_is_counted() {
        let listed = Limit { limit: 2 }.first(0..10_u32, |row| row % 2 == 0, |row| u32::MAX - row);
        assert_eq!((listed.rows, listed.matching, listed.read), (vec![8, 6], 5, 10));
    }

    #[test]
    fn times_sort_either_way_and_no_time_comes_last() {
        let [early, late] = [1, 1 << 40].map(|at| Some(Timestamp::from_unix(at)));
        assert!(newest(late) < newest(early) && newest(early) < newest(None));
        assert!(soonest(early) < soonest(late) && soonest(late) < soonest(None));
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
