//! What will happen if nothing is done: when leases end, and when a KMS host's count falls below its threshold.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::judge::since_renewal;
use super::row::Row;
use crate::facts::kms::KMS;
use crate::facts::outputs::Field;
use crate::facts::products::{self, SkuRole};
use crate::read::{Block, Channel, Counted, Event, HANDLED, State};

/// The weeks that are looked ahead: a lease lasts less than 26.
pub const WEEKS: usize = 26;

/// How many leases end in a week unless they are renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Week {
    /// The first moment of the week; everything that has ended before is in a week of its own.
    pub from: Timestamp,
    /// Whether it stands for all that has ended before.
    pub past: bool,
    /// Leases of KMS and Active Directory.
    pub leases: u64,
    /// Grace periods, and licences of Microsoft 365 Apps.
    pub others: u64,
}

/// A KMS host's count, and when it falls below its threshold if no machine asks again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostForecast {
    /// The host, as it is named.
    pub host: String,
    /// Which products are counted together; `null` where the events do not tell.
    pub counted: Option<Counted>,
    /// How many machines are needed.
    pub threshold: u32,
    /// Clients that are known to have asked within the 30 days before the time it is told for.
    pub known: u64,
    /// The count that the host itself shows, and when it did.
    pub shown: Option<(u64, Option<Timestamp>)>,
    /// When too few of the known clients are left, if none asks again; `null` where too few are known to say.
    pub falls_below: Option<Timestamp>,
}

/// Who has last been in contact with which host, and when.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    hosts: HashMap<(String, Pool), Asked>,
    shown: HashMap<(String, Pool), (u64, Option<Timestamp>)>,
}

/// The clients that have asked a host for something of one pool.
#[derive(Debug, Default)]
struct Asked {
    /// By client id, from the host's own log.
    log: HashMap<String, Timestamp>,
    /// By client id or machine, from the clients' leases.
    leases: HashMap<String, Timestamp>,
    /// What they asked for: each kind has its own threshold.
    kinds: BTreeSet<(Option<Counted>, u32)>,
}

/// What a host counts together: Office by itself, Windows on clients and servers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Pool {
    Office,
    Windows,
    /// An event that does not tell which.
    Unclear,
}

impl Pool {
    fn of(counted: Option<Counted>) -> Self {
        match counted {
            Some(Counted::Office) => Self::Office,
            Some(Counted::WindowsClient | Counted::WindowsServer) => Self::Windows,
            None => Self::Unclear,
        }
    }
}

impl Contacts {
    /// Notes what a block says: a client's lease tells when it was renewed, a host tells its count.
    pub(crate) fn block(&mut self, block: &Block, machine: &str, collected: Option<Timestamp>) {
        let counted = block.counted();
        if block.is_host() {
            if let Some(count) = block.number(Field::Count) {
                let (key, shown) = ((name(machine), Pool::of(Some(counted))), (count, collected));
                self.hosts.entry(key.clone()).or_default().kinds.insert((Some(counted), counted.threshold()));
                let known = self.shown.entry(key).or_insert(shown);
                if known.1 <= collected {
                    *known = shown;
                }
            }
            return;
        }
        let leased = block.channel() == Channel::KmsClient && block.state() == Some(State::Licensed);
        let (true, Some(host), Some(minutes), Some(collected)) = (leased, block.host(), block.minutes(), collected)
        else {
            return;
        };
        let quiet = i64::try_from(since_renewal(minutes)).ok().and_then(SignedDuration::try_from_mins);
        if let Some(last) = quiet.and_then(|quiet| collected.checked_sub(quiet).ok()) {
            let client = block.cmid().unwrap_or(machine);
            let asked = self.asked(host, (Some(counted), counted.threshold()));
            note(&mut asked.leases, client, last);
        }
    }

    /// Notes what an event says: a host's log tells who has asked.
    pub(crate) fn event(&mut self, event: &Event, machine: &str) {
        if event.id != HANDLED {
            return;
        }
        let (Some(cmid), Some(count)) = (event.cmid(), event.min_count()) else { return };
        let Some(time) = event.client_time().and_then(time).or_else(|| event.time.as_deref().and_then(time)) else {
            return;
        };
        let threshold = u32::try_from(count).unwrap_or(u32::MAX);
        let asked = self.asked(machine, (counted(event.activation_id(), threshold), threshold));
        note(&mut asked.log, cmid, time);
    }

    fn asked(&mut self, host: &str, kind: (Option<Counted>, u32)) -> &mut Asked {
        let asked = self.hosts.entry((name(host), Pool::of(kind.0))).or_default();
        asked.kinds.insert(kind);
        asked
    }

    /// What to expect of each host.
    pub(crate) fn forecast(&self, as_of: Timestamp) -> Vec<HostForecast> {
        let window = SignedDuration::from_hours(24 * i64::from(KMS.number("cache.days")));
        let mut hosts: Vec<_> = self.hosts.iter().collect();
        hosts.sort_unstable_by_key(|(key, _)| *key);
        let mut forecast = Vec::new();
        for (key, asked) in hosts {
            // The host's log knows every client by its id; a lease may be of one that the log knows already.
            let clients = if asked.log.is_empty() { &asked.leases } else { &asked.log };
            let mut times: Vec<Timestamp> = clients.values().copied().collect();
            times.sort_unstable_by(|a, b| b.cmp(a));
            let counts = |time: &&Timestamp| time.checked_add(window).is_ok_and(|end| end > as_of);
            let known = times.iter().filter(counts).count() as u64;
            forecast.extend(asked.kinds.iter().map(|(counted, threshold)| {
                let needed = usize::try_from(*threshold).ok().and_then(|needed| needed.checked_sub(1));
                let last_needed = needed.and_then(|at| times.get(at));
                HostForecast {
                    host: key.0.clone(),
                    counted: *counted,
                    threshold: *threshold,
                    known,
                    shown: self.shown.get(key).copied(),
                    falls_below: last_needed.and_then(|time| time.checked_add(window).ok()),
                }
            }));
        }
        forecast
    }
}

fn note(clients: &mut HashMap<String, Timestamp>, client: &str, time: Timestamp) {
    let last = clients.entry(client.to_ascii_lowercase()).or_insert(time);
    *last = (*last).max(time);
}

/// The host's name in lower case, without the port.
fn name(host: &str) -> String {
    let named = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    named.map_or(host, |(name, _)| name).to_ascii_lowercase()
}

/// Which products are counted together with this one, where that is known.
fn counted(activation_id: Option<&str>, threshold: u32) -> Option<Counted> {
    let same = |id: &str| activation_id.is_some_and(|own| own.eq_ignore_ascii_case(id));
    if products::table().skus.iter().any(|sku| sku.role == SkuRole::KmsClient && same(&sku.id)) {
        return Some(Counted::Office);
    }
    (threshold == Counted::WindowsClient.threshold()).then_some(Counted::WindowsClient)
}

/// A time as logs and events write it: ISO, or `2026/11/22 12:00` in UTC.
fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let parsed = DateTime::strptime("%Y/%m/%d %H:%M", text).or_else(|_| text.parse::<DateTime>());
    parsed.ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// How many leases end in each week from `as_of` on, unless they are renewed. What has ended before comes first.
pub(crate) fn weeks(rows: &[Row], as_of: Timestamp) -> Vec<Week> {
    let week = |at: i64| as_of.checked_add(SignedDuration::from_hours(24 * 7 * at)).unwrap_or(as_of);
    let mut weeks: Vec<Week> =
        (-1_i64..).take(WEEKS + 1).map(|at| Week { from: week(at), past: at < 0, leases: 0, others: 0 }).collect();
    for row in rows {
        let Some(ends) = row.ends else { continue };
        let hours = ends.duration_since(as_of).as_hours();
        let at = if ends < as_of { 0 } else { usize::try_from(hours / (24 * 7)).unwrap_or(WEEKS) + 1 };
        if let Some(week) = weeks.get_mut(at) {
            let lease = row.channel == Some(Channel::KmsClient) && row.state == Some(State::Licensed);
            *(if lease { &mut week.leases } else { &mut week.others }) += 1;
        }
    }
    weeks
}

/// When a product starts to remind, if nothing is renewed: a lease is followed by 30 days out of tolerance.
pub fn reminds_from(row: &Row) -> Option<Timestamp> {
    let days = match (row.state?, row.channel?) {
        (State::Licensed, Channel::KmsClient) => i64::from(KMS.number("grace.out_of_tolerance_days")),
        _ => 0,
    };
    row.ends?.checked_add(SignedDuration::from_hours(24 * days)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_falls_when_the_last_client_that_is_needed_drops_out() {
        let mut contacts = Contacts::default();
        for day in 1..=6 {
            let row = format!(
                "0x0,5,pc{day}.example.com,930bd202-a335-4c7e-bd9d-7305361f0d3{day},2026/11/{day:02} 12:00,0,1,259200,\
                 fbdb3e18-a8ef-4fb3-9183-dffd60bd0984"
            );
            contacts.event(&Event::from_row(&row, 1).unwrap(), "KMS01");
        }
        let [host] = contacts.forecast("2026-11-10T00:00:00Z".parse().unwrap()).try_into().unwrap();
        assert_eq!((host.host.as_str(), host.counted, host.threshold), ("kms01", Some(Counted::Office), 5));
        assert_eq!(host.known, 6);
        // Five are needed: with the contact of the 2nd gone, four are left.
        assert_eq!(host.falls_below, Some("2026-12-02T12:00:00Z".parse().unwrap()));
        let later = contacts.forecast("2026-12-03T00:00:00Z".parse().unwrap());
        assert_eq!(later[0].known, 4);
    }

    #[test]
    fn times_are_read_as_logs_write_them() {
        let expected: Timestamp = "2026-01-04T02:30:00Z".parse().unwrap();
        for text in ["2026/1/4 2:30", "2026/01/04 02:30", "2026-01-04T02:30:00Z", "2026-01-04T02:30:00"] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        for text in ["Date/Time", "1/4/2026 2:30 AM", ""] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
