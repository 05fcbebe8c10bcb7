//! What journals count up to: clients and leases of each month, and the most leases that ran at once.
//!
//! Memory is bounded: where there are more clients than fit, a journal is read again for each part of them.

use std::collections::{BTreeMap, HashMap};

use leasehold_core::{FamilyId, KeyId, ProductId, Timestamp};
use leasehold_wire::Lease;
use leasehold_wire::journal::{Documents, Replayed};

use super::months::Month;

/// What journals count up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageCount {
    /// By month, then by family.
    pub months: Vec<MonthlyCount>,
    /// By family.
    pub peaks: Vec<Peak>,
}

/// What a family has come to in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthlyCount {
    /// Of the calendar, in UTC.
    pub month: Month,
    /// The family.
    pub family: FamilyId,
    /// Distinct clients that were granted a lease.
    pub clients: u64,
    /// Leases that were granted, renewals included.
    pub leases: u64,
    /// Refusals.
    pub refusals: u64,
    /// The most leases that ran at once, in the last second of an hour of it.
    pub peak: u64,
}

/// The most leases of a family that ran at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peak {
    /// The family.
    pub family: FamilyId,
    /// How many ran in the last second of an hour.
    pub leases: u64,
    /// The beginning of the first such hour.
    pub hour: Timestamp,
}

/// Counts what journals say, seals in the order of their times.
#[derive(Debug)]
pub struct Counter {
    families: Vec<FamilyId>,
    products: Vec<(u16, ProductId)>,
    months: BTreeMap<(Month, u16), Sums>,
    /// By family and hour: how many more leases run at its end than at that of the hour before.
    hours: BTreeMap<(u16, u64), i64>,
    rows: HashMap<Key, Row>,
    max: usize,
    reading: Reading,
}

/// Which clients are counted in this reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// All of them, or so many as fit, to see how many there are: those whose name begins with less than this.
    First(u64),
    /// One of so many equal parts.
    Part(u64, u64),
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    clients: u64,
    leases: u64,
    refusals: u64,
}

/// A client's leases for one product within 64 months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    client: KeyId,
    product: u16,
    era: u16,
}

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// A bit for each month.
    months: u64,
    /// The end of the last lease, in seconds since 1970; what ends after the year 2106 never ends here.
    expires: u32,
}

impl Default for Counter {
    fn default() -> Self {
        Self::within(MAX_ROWS)
    }
}

impl Counter {
    /// Counts with at most about `max` clients in memory at first, and twice as many where the journals are read in parts.
    pub fn within(max: usize) -> Self {
        Self {
            families: Vec::new(),
            products: Vec::new(),
            months: BTreeMap::new(),
            hours: BTreeMap::new(),
            rows: HashMap::new(),
            max,
            reading: Reading::First(ALL),
        }
    }

    /// Counts what a seal covers.
    pub fn take(&mut self, seal: &Replayed) {
        match &seal.documents {
            Documents::Leases(at, leases) => {
                let month = Month::of(*at);
                leases.iter().for_each(|lease| self.lease(month, *at, lease));
            }
            Documents::Refusals(at, refusals) if self.is_first() => {
                let month = Month::of(*at);
                for refusal in refusals {
                    let family = number(&mut self.families, &refusal.family);
                    self.months.entry((month, family)).or_default().refusals += 1;
                }
            }
            Documents::Refusals(..) | Documents::Pruned(_) => {}
        }
    }

    /// Whether the journals are to be read once more; what they count up to is known when they are not.
    pub fn needs_another_reading(&mut self) -> bool {
        self.reading = match self.reading {
            Reading::First(ALL) => return false,
            Reading::First(until) => {
                let estimate = (self.rows.len() as u64).saturating_mul(ALL / until);
                // Parts differ a little in size.
                let parts = (estimate / (self.max as u64 * 2 * 7 / 8).max(1)) + 1;
                self.months.values_mut().for_each(|sums| sums.clients = 0);
                self.hours.clear();
                // All of its room at once: to make it larger would take both at a time.
                self.rows = HashMap::new();
                self.rows.reserve(self.max * 2);
                Reading::Part(0, parts)
            }
            Reading::Part(number, parts) if number + 1 < parts => Reading::Part(number + 1, parts),
            Reading::Part(..) => return false,
        };
        self.rows.clear();
        true
    }

    /// What was counted.
    pub fn usage(&self) -> UsageCount {
        let mut usage = UsageCount::default();
        for (number, family) in self.families.iter().enumerate() {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            let levels = self.levels(number);
            usage.peaks.extend(levels.iter().copied().reduce(higher).map(|(hour, leases)| Peak {
                family: *family,
                leases,
                hour: Timestamp::from_unix(hour * HOUR),
            }));
            for ((month, _), sums) in self.months.iter().filter(|((_, of), _)| *of == number) {
                let Sums { clients, leases, refusals } = *sums;
                let peak = peak_of(*month, &levels);
                usage.months.push(MonthlyCount { month: *month, family: *family, clients, leases, refusals, peak });
            }
        }
        usage.months.sort_by_key(|count| (count.month, count.family));
        usage.peaks.sort_by_key(|peak| peak.family);
        usage
    }

    /// How many leases of a family run at the end of each hour in which that changes.
    fn levels(&self, family: u16) -> Vec<(u64, u64)> {
        let mut live = 0_i64;
        let changes = self.hours.range((family, 0)..=(family, u64::MAX));
        let level = |((_, hour), change): (&(u16, u64), &i64)| {
            live += change;
            (*hour, u64::try_from(live).unwrap_or_default())
        };
        changes.map(level).collect()
    }

    fn lease(&mut self, month: Month, at: Timestamp, lease: &Lease) {
        let family = number(&mut self.families, &lease.family);
        let product = number(&mut self.products, &(family, lease.product));
        if self.is_first() {
            self.months.entry((month, family)).or_default().leases += 1;
        }
        if !self.reading.counts(lease.client) {
            return;
        }
        let expires = lease.expires.map_or(u64::MAX, Timestamp::unix);
        let (era, bit) = (u16::try_from(month.0 / 64).unwrap_or(u16::MAX), 1_u64 << (month.0 % 64));
        let key = Key { client: lease.client, product, era };
        let seen = self.of_family(key, family).any(|row| row.months & bit != 0);
        let before = self.last_end(key);
        let row = self.rows.entry(key).or_default();
        row.months |= bit;
        row.expires = u32::try_from(expires).unwrap_or(u32::MAX);
        if !seen {
            self.months.entry((month, family)).or_default().clients += 1;
        }
        // A lease that still runs goes on in this one.
        let begins = if before > at.unix() { before } else { at.unix() };
        self.change(family, begins, 1);
        self.change(family, u64::from(u32::try_from(expires).unwrap_or(u32::MAX)), -1);
        self.make_room();
    }

    fn change(&mut self, family: u16, at: u64, by: i64) {
        let hour = self.hours.entry((family, at / HOUR)).or_default();
        *hour += by;
        if *hour == 0 {
            self.hours.remove(&(family, at / HOUR));
        }
    }

    /// The rows of a client for all products of a family.
    fn of_family(&self, key: Key, family: u16) -> impl Iterator<Item = &Row> {
        let products = (0..=u16::MAX).zip(&self.products).filter(move |(_, (of, _))| *of == family);
        products.filter_map(move |(product, _)| self.rows.get(&Key { product, ..key }))
    }

    /// When the last lease of a client for a product ended, or ends; 0 where there was none.
    fn last_end(&self, key: Key) -> u64 {
        let eras = (key.era.saturating_sub(ERAS)..=key.era).rev();
        let mut rows = eras.filter_map(|era| self.rows.get(&Key { era, ..key }));
        rows.next().map_or(0, |row| u64::from(row.expires))
    }

    fn is_first(&self) -> bool {
        matches!(self.reading, Reading::First(_))
    }

    /// Leaves half of the clients out where there are too many: the first reading is then to see how many there are.
    fn make_room(&mut self) {
        if let Reading::First(until) = self.reading
            && self.rows.len() > self.max
            && until > 1
        {
            let reading = Reading::First(until / 2);
            self.reading = reading;
            self.rows.retain(|key, _| reading.counts(key.client));
        }
    }
}

impl Reading {
    /// Whether a client is counted in it.
    fn counts(self, client: KeyId) -> bool {
        let begins = u64::from(u32::from_be_bytes([client.0[0], client.0[1], client.0[2], client.0[3]]));
        match self {
            Self::First(until) => begins < until,
            Self::Part(number, parts) => begins * parts / ALL == number,
        }
    }
}

/// The first of the highest.
fn higher(one: (u64, u64), other: (u64, u64)) -> (u64, u64) {
    if other.1 > one.1 { other } else { one }
}

/// The most leases at once in a month: those that ran when it began, or more in an hour of it.
fn peak_of(month: Month, levels: &[(u64, u64)]) -> u64 {
    let of = |hour: u64| Month::of(Timestamp::from_unix(hour * HOUR));
    let begins = levels.partition_point(|(hour, _)| of(*hour) < month);
    let ends = levels.partition_point(|(hour, _)| of(*hour) <= month);
    levels[begins.saturating_sub(1)..ends].iter().map(|(_, leases)| *leases).max().unwrap_or_default()
}

/// The number of an item in a list, where it is put if it is new.
fn number<T: PartialEq + Clone>(list: &mut Vec<T>, item: &T) -> u16 {
    let known = list.iter().position(|known| known == item).unwrap_or_else(|| {
        list.push(item.clone());
        list.len() - 1
    });
    // A certificate has 256 products at most, and all of a journal's fit into two bytes many times over.
    u16::try_from(known).unwrap_or(u16::MAX)
}

const HOUR: u64 = 3_600;
/// One more than the highest beginning of a client's name.
const ALL: u64 = 1 << 32;
/// Rows of about forty bytes that are in memory at first: what fits into a table of a million places without making it larger.
const MAX_ROWS: usize = 900_000;
/// For how many times 64 months a lease is looked back for.
const ERAS: u16 = 3;

#[cfg(test)]
mod tests;
