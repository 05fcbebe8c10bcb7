use std::collections::{BTreeMap, BTreeSet};

use leasehold_core::{Component, Cti, Fingerprint, Span};
use leasehold_wire::Method;

use super::*;

const BEGIN: u64 = 1_800_000_000;

/// A client's number, its product's, and how long its lease is.
type Granted = (u16, u8, u64);
/// Clients and leases, by month and family.
type Months = BTreeMap<(String, &'static str), (usize, usize)>;

fn seal(at: u64, leases: &[Granted]) -> Replayed {
    let lease = |(client, product, span): &Granted| Lease {
        issued: Timestamp::from_unix(at),
        expires: Some(Timestamp::from_unix(at + span)),
        cti: Cti([1; 16]),
        client: KeyId(u128::from(*client).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()),
        product: format!("p{product}").parse().unwrap(),
        family: if *product < 2 { "one" } else { "two" }.parse().unwrap(),
        renewal: Span::DAY,
        retry: Span::HOUR,
        grace: Span::DAY,
        fingerprint: Fingerprint::new([(Component::MachineId, [1; 8])]).unwrap(),
        request: Cti([2; 16]),
        count: Some(1),
        method: Method::Host,
        features: Vec::new(),
    };
    Replayed {
        host: KeyId([1; 16]),
        number: 1,
        previous: [0; 32],
        seal: [0; 32],
        signature: [0; 64],
        documents: Documents::Leases(Timestamp::from_unix(at), leases.iter().map(lease).collect()),
    }
}

/// A history of two years, its clients renewing now and then.
fn history() -> Vec<(u64, Vec<Granted>)> {
    let step = |n: u64| {
        let at = BEGIN + n * 40_000;
        let of = |k: u64| {
            let mixed = (n * 7 + k).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            let product = u8::try_from(mixed % 3).unwrap();
            let client = u16::try_from(mixed / 3 % 300).unwrap();
            (client, product, [3_600, 90_000, 2_000_000, 15_000_000][usize::try_from(mixed / 1_000 % 4).unwrap()])
        };
        (at, (0..n % 6).map(of).collect())
    };
    (0..1_600).map(step).collect()
}

fn counted(max: usize) -> (UsageCount, u32) {
    let (mut counter, mut readings) = (Counter::within(max), 0);
    loop {
        readings += 1;
        history().iter().for_each(|(at, leases)| counter.take(&seal(*at, leases)));
        if !counter.needs_another_reading() {
            return (counter.usage(), readings);
        }
    }
}

/// The same by a list of all leases.
fn plainly() -> (Months, BTreeMap<&'static str, u64>) {
    let family = |product: u8| if product < 2 { "one" } else { "two" };
    let mut months: BTreeMap<(String, &str), (BTreeSet<u16>, usize)> = BTreeMap::new();
    let mut runs: Vec<(u16, u8, u64, u64)> = Vec::new();
    for (at, leases) in history() {
        for (client, product, span) in leases {
            let month = Month::of(Timestamp::from_unix(at)).to_string();
            let row = months.entry((month, family(product))).or_default();
            row.0.insert(client);
            row.1 += 1;
            if let Some(before) = runs.iter_mut().rfind(|run| (run.0, run.1) == (client, product)) {
                before.3 = before.3.min(at);
            }
            runs.push((client, product, at, at + span));
        }
    }
    let mut peaks = BTreeMap::new();
    for hour in BEGIN / 3_600..=(BEGIN + 1_600 * 40_000) / 3_600 {
        let last = hour * 3_600 + 3_599;
        for name in ["one", "two"] {
            let live = runs.iter().filter(|run| family(run.1) == name && run.2 <= last && last < run.3).count() as u64;
            let peak: &mut u64 = peaks.entry(name).or_default();
            *peak = live.max(*peak);
        }
    }
    (months.into_iter().map(|(month, (clients, leases))| (month, (clients.len(), leases))).collect(), peaks)
}

#[test]
fn it_counts_as_a_plain_list_does_however_little_memory_there_is() {
    let (months, peaks) = plainly();
    let (whole, readings) = counted(1_000_000);
    assert_eq!(readings, 1);
    let count = |month: &MonthlyCount| {
        let family = if month.family.as_str() == "one" { "one" } else { "two" };
        let number = |number: u64| usize::try_from(number).unwrap();
        ((month.month.to_string(), family), (number(month.clients), number(month.leases)))
    };
    assert_eq!(whole.months.iter().map(count).collect::<BTreeMap<_, _>>(), months);
    for peak in &whole.peaks {
        assert_eq!(peak.leases, peaks[peak.family.as_str()], "{}", peak.family);
        let highest = whole.months.iter().filter(|month| month.family == peak.family).map(|month| month.peak).max();
        assert_eq!(highest, Some(peak.leases));
    }
    for max in [2_000, 300, 50] {
        let (usage, readings) = counted(max);
        assert_eq!(usage, whole, "{max} rows at once");
        assert!(readings > 2 || max > 1_000, "{readings} readings");
    }
}
