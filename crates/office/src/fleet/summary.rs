//! What many machines add up to: by state, channel and host, and what stands twice.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::advice::Health;
use super::estate::{Fleet, Foreign, Superseded};
use super::forecast::{self, HostForecast, Week};
use super::row::{HostBy, RowKind};
use crate::read::{Channel, State};

/// The most hosts and client ids that a summary lists.
const MAX_LISTED: usize = 1000;

/// What a fleet adds up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The time it is told for.
    pub as_of: Timestamp,
    /// Distinct machines.
    pub machines: u64,
    /// Lines of the overview.
    pub lines: u64,
    /// Lines by how they stand.
    pub health: BTreeMap<&'static str, u64>,
    /// Products by state; `not recognised` where none is known.
    pub states: Vec<(String, u64)>,
    /// Products by channel.
    pub channels: BTreeMap<Channel, u64>,
    /// Products by KMS host, the most used first.
    pub hosts: Vec<HostUse>,
    /// Client ids that several machines share, which a KMS host counts once.
    pub duplicates: Vec<Duplicate>,
    /// When leases end unless they are renewed, by week.
    pub weeks: Vec<Week>,
    /// The hosts' counts.
    pub forecast: Vec<HostForecast>,
    /// Outputs that a later one of the same machine has replaced.
    pub superseded: u64,
    /// Those of them that are named.
    pub replaced: Vec<Superseded>,
    /// Files that are no outputs of an estate.
    pub foreign: Vec<Foreign>,
    /// Events by their number.
    pub events_by_id: BTreeMap<u32, u64>,
    /// Licences that are installed without a key (`ospp.vbs /dstatusall`), which are not listed.
    pub without_key: u64,
    /// Events that were counted.
    pub events: u64,
}

/// A KMS host and who uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostUse {
    /// `host:port`
    pub host: Arc<str>,
    /// Who chose it.
    pub by: HostBy,
    /// How many products.
    pub products: u64,
}

/// A client id that several machines share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    /// The client id.
    pub cmid: Arc<str>,
    /// The first machines that have it.
    pub machines: Vec<Arc<str>>,
}

impl Fleet {
    /// What it all adds up to at `as_of`.
    pub fn summary(&self, as_of: Timestamp) -> Summary {
        let mut health: BTreeMap<&'static str, u64> = Health::ALL.iter().map(|health| (health.word(), 0)).collect();
        let mut machines = HashSet::new();
        let mut channels: BTreeMap<Channel, u64> = BTreeMap::new();
        let mut hosts: HashMap<(Arc<str>, HostBy), u64> = HashMap::new();
        for row in &self.rows {
            *health.entry(row.health.word()).or_default() += 1;
            // A text in which nothing is recognised is no machine.
            if row.kind != RowKind::Unknown {
                machines.insert(row.subject());
            }
            if let Some(channel) = row.channel.filter(|_| row.state.is_some()) {
                *channels.entry(channel).or_default() += 1;
            }
            if let (Some(host), Some(by)) = (&row.host, row.host_by)
                && row.channel.is_some()
            {
                *hosts.entry((host.clone(), by)).or_default() += 1;
            }
        }
        let mut hosts: Vec<HostUse> =
            hosts.into_iter().map(|((host, by), products)| HostUse { host, by, products }).collect();
        hosts.sort_by(|a, b| b.products.cmp(&a.products).then_with(|| a.host.cmp(&b.host)));
        hosts.truncate(MAX_LISTED);
        Summary {
            as_of,
            machines: machines.len() as u64,
            lines: self.rows.len() as u64,
            health,
            states: self.states(),
            channels,
            hosts,
            duplicates: self.duplicates(),
            weeks: forecast::weeks(&self.rows, as_of),
            forecast: self.contacts.forecast(as_of),
            superseded: self.superseded.len() as u64 + self.more_superseded,
            replaced: self.superseded.clone(),
            foreign: self.foreign.clone(),
            events_by_id: self.events.clone(),
            without_key: self.without_key,
            events: self.events.values().sum(),
        }
    }

    fn states(&self) -> Vec<(String, u64)> {
        let products = || self.rows.iter().filter(|row| row.channel.is_some() || row.state.is_some());
        let count = |state: Option<State>| products().filter(|row| row.state == state).count() as u64;
        let named = State::ALL.iter().map(|state| (state.to_string(), count(Some(*state))));
        let unknown =
            self.rows.iter().filter(|row| row.state.is_none() && row.health == Health::Unknown).count() as u64;
        named.chain([("not recognised".to_owned(), unknown)]).filter(|(_, count)| *count > 0).collect()
    }

    fn duplicates(&self) -> Vec<Duplicate> {
        let shared = self.cmids.iter().filter(|(_, machines)| machines.len() > 1);
        let mut duplicates: Vec<Duplicate> =
            shared.map(|(cmid, machines)| Duplicate { cmid: cmid.clone(), machines: machines.clone() }).collect();
        duplicates.sort_by(|a, b| b.machines.len().cmp(&a.machines.len()).then_with(|| a.cmid.cmp(&b.cmid)));
        duplicates.truncate(MAX_LISTED);
        duplicates
    }
}
