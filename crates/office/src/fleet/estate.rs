//! Many machines at once: the lines of the overview, what they add up to, and what stands twice.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::forecast::{self, Contacts, HostForecast, Week};
use super::judge::Health;
use super::row::{self, HostBy, Origin, Row};
use crate::read::{Channel, Content, Item, State};

/// The most machines that are named for one client id.
const MOST_SHARING: usize = 16;
/// The most hosts and client ids that a summary lists.
const MOST_LISTED: usize = 1000;

/// Gathers what was read of many texts. The texts themselves are not kept: memory grows with products and clients alone.
#[derive(Debug, Default)]
pub struct Fleet {
    rows: Vec<Row>,
    subjects: HashMap<Subject, usize>,
    names: HashSet<Arc<str>>,
    cmids: HashMap<Arc<str>, Vec<Arc<str>>>,
    contacts: Contacts,
    superseded: u64,
    without_key: u64,
    events: u64,
}

/// Machine and product, and whether the line tells a state.
type Subject = (Arc<str>, Arc<str>, bool);

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
    /// Adds what was read.
    pub fn add(&mut self, item: &Item, origin: &Origin) {
        let Self { names, .. } = self;
        let mut share = |name: &str| shared(names, name);
        let rows = row::rows(item, origin, &mut share);
        self.identify(item, origin);
        for row in rows {
            self.row(row);
        }
    }

    /// The lines, in the order in which they were read.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Puts the lines that need somebody first, then by machine.
    pub fn sort(&mut self) {
        self.subjects.clear();
        self.rows.sort_by(|a, b| {
            let key = |row: &Row| (std::cmp::Reverse(row.health), row.machine.clone(), row.file.clone(), row.line);
            key(a).cmp(&key(b))
        });
    }

    /// What it all adds up to at `as_of`.
    pub fn summary(&self, as_of: Timestamp) -> Summary {
        let mut health: BTreeMap<&'static str, u64> = Health::ALL.iter().map(|health| (health.word(), 0)).collect();
        let mut machines = HashSet::new();
        let mut channels: BTreeMap<Channel, u64> = BTreeMap::new();
        let mut hosts: HashMap<(Arc<str>, HostBy), u64> = HashMap::new();
        for row in &self.rows {
            *health.entry(row.health.word()).or_default() += 1;
            machines.insert(row.subject().0);
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
        hosts.truncate(MOST_LISTED);
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
            superseded: self.superseded,
            without_key: self.without_key,
            events: self.events,
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
        duplicates.truncate(MOST_LISTED);
        duplicates
    }

    /// Notes whose client id it is, and who has been in contact with which host.
    fn identify(&mut self, item: &Item, origin: &Origin) {
        let machine = item.machine.as_deref();
        match &item.content {
            Content::Block(block) => {
                if let (Some(cmid), Some(machine)) = (block.cmid(), machine) {
                    self.client(cmid, machine);
                }
                self.contacts.block(block, machine.unwrap_or(&origin.name), origin.collected);
            }
            Content::Event(event) => {
                self.events += 1;
                if let (Some(cmid), Some(client)) = (event.cmid(), event.client().or(machine)) {
                    self.client(cmid, client);
                }
                self.contacts.event(event, machine.unwrap_or(&origin.name));
            }
            Content::Licences(_) | Content::Lookup(_) | Content::Connection(_) | Content::Unknown(_) => {}
        }
    }

    fn client(&mut self, cmid: &str, machine: &str) {
        let cmid = shared(&mut self.names, &cmid.to_ascii_lowercase());
        let machine = shared(&mut self.names, machine);
        let machines = self.cmids.entry(cmid).or_default();
        if machines.len() < MOST_SHARING && !machines.iter().any(|known| known.eq_ignore_ascii_case(&machine)) {
            machines.push(machine);
        }
    }

    fn row(&mut self, row: Row) {
        if row.state == Some(State::Unlicensed) && row.health == Health::Neutral {
            self.without_key += 1;
            return;
        }
        let (machine, product) = row.subject();
        let machine = shared(&mut self.names, &machine.to_ascii_lowercase());
        let product = shared(&mut self.names, &product);
        match self.subjects.entry((machine, product, row.state.is_some())) {
            std::collections::hash_map::Entry::Occupied(known) => {
                let present = &mut self.rows[*known.get()];
                self.superseded += 1;
                if row.collected >= present.collected {
                    *present = row;
                }
            }
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(self.rows.len());
                self.rows.push(row);
            }
        }
    }
}

/// One copy of a name, however often it occurs.
fn shared(names: &mut HashSet<Arc<str>>, name: &str) -> Arc<str> {
    if let Some(known) = names.get(name) {
        return known.clone();
    }
    let name: Arc<str> = name.into();
    names.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{NamedBy, read};

    fn fleet(texts: &[(&str, &str, &str)]) -> Fleet {
        let mut fleet = Fleet::default();
        for (machine, collected, text) in texts {
            let origin = Origin { name: (*machine).into(), collected: collected.parse().ok() };
            let machine = Some((*machine).to_owned());
            read(text.as_bytes(), machine, NamedBy::File, |item| fleet.add(&item, &origin)).unwrap();
        }
        fleet
    }

    const CLIENT: &str = "LICENSE NAME: Office 16, Office16ProPlusVL_KMS_Client edition\n\
        LICENSE DESCRIPTION: Office 16, VOLUME_KMSCLIENT channel\nLICENSE STATUS:  ---LICENSED---\n\
        REMAINING GRACE: 170 days  (244800 minute(s) before expiring)\nLast 5 characters of installed product key: WFG99\n\
        \tKMS machine name from DNS: kms01.example.com:1688\n";

    #[test]
    fn a_later_output_of_a_machine_replaces_the_earlier_one_in_any_order() {
        let later = CLIENT.replace("---LICENSED---", "---NOTIFICATIONS---");
        for order in [[0, 1], [1, 0]] {
            let texts = [("PC-1", "2026-11-01T00:00:00Z", CLIENT), ("pc-1", "2026-11-02T00:00:00Z", &later)];
            let fleet = fleet(&order.map(|at| texts[at]));
            assert_eq!(fleet.rows().len(), 1);
            assert_eq!(fleet.rows()[0].state, Some(State::Notification));
            assert_eq!(fleet.summary(Timestamp::UNIX_EPOCH).superseded, 1);
        }
    }

    #[test]
    fn machines_that_share_a_client_id_are_named() {
        let text = "Client Machine ID (CMID): F9D4E20A-cb8f-4050-9c0c-56420455ada1\n";
        let fleet = fleet(&[("PC-1", "", text), ("PC-2", "", text), ("pc-1", "", text)]);
        let duplicates = fleet.summary(Timestamp::UNIX_EPOCH).duplicates;
        assert_eq!(duplicates.len(), 1);
        assert_eq!(duplicates[0].machines.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["PC-1", "PC-2"]);
    }

    #[test]
    fn what_is_not_recognised_is_counted_as_such() {
        let summary =
            fleet(&[("PC-1", "", CLIENT), ("PC-2", "", "Lizenzstatus: Lizenziert")]).summary(Timestamp::UNIX_EPOCH);
        assert_eq!(summary.states, [("licensed".to_owned(), 1), ("not recognised".to_owned(), 1)]);
        assert_eq!((summary.machines, summary.health["unknown"]), (2, 1));
    }
}
