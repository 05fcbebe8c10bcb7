//! Many machines at once: the lines of the overview, and which later line replaces which.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use super::advice::Health;
use super::forecast::Contacts;
use super::row::{self, Origin, Row, RowKind};
use crate::read::{Content, Item, NamedBy, State};

/// The most machines that are named for one client id.
const MAX_SHARING: usize = 16;
/// The most files and replaced outputs that are named.
const MAX_NAMED: usize = 10_000;

/// Gathers what was read of many texts. The texts themselves are not kept: memory grows with products and clients alone.
#[derive(Debug, Default)]
pub struct Fleet {
    pub(super) rows: Vec<Row>,
    subjects: HashMap<Subject, usize>,
    names: HashSet<Arc<str>>,
    pub(super) cmids: HashMap<Arc<str>, Vec<Arc<str>>>,
    pub(super) contacts: Contacts,
    pub(super) superseded: Vec<Superseded>,
    pub(super) more_superseded: u64,
    pub(super) without_key: u64,
    pub(super) events: BTreeMap<u32, u64>,
    pub(super) foreign: Vec<Foreign>,
}

/// What a line is about: a later output of the same replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Subject {
    machine: Arc<str>,
    kind: RowKind,
    product: Arc<str>,
    id: Option<Arc<str>>,
}

/// An output that a later one of the same machine, product and kind has replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Superseded {
    /// The machine.
    pub machine: Arc<str>,
    /// The product.
    pub product: Option<Arc<str>>,
    /// Its file and line.
    pub file: Arc<str>,
    /// The line in it.
    pub line: u64,
    /// The file that the later one stands in.
    pub by: Arc<str>,
}

/// A file that is none of an estate's outputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Foreign {
    /// Its name.
    pub file: Arc<str>,
    /// What it is.
    pub what: &'static str,
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

    /// Puts the lines that need attention first, then by machine.
    pub fn sort(&mut self) {
        self.subjects.clear();
        self.rows.sort_by(|a, b| {
            let key = |row: &Row| (std::cmp::Reverse(row.health), row.machine.clone(), row.file.clone(), row.line);
            key(a).cmp(&key(b))
        });
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
                *self.events.entry(event.id).or_default() += 1;
                if let (Some(cmid), Some(client)) = (event.cmid(), event.client().or(machine)) {
                    self.client(cmid, client);
                }
                self.contacts.event(event, machine.unwrap_or(&origin.name));
            }
            Content::Licences(_)
            | Content::Lookup(_)
            | Content::Connection(_)
            | Content::Failure(_)
            | Content::Unknown(_) => {}
        }
    }

    fn client(&mut self, cmid: &str, machine: &str) {
        let cmid = shared(&mut self.names, &cmid.to_ascii_lowercase());
        let machine = shared(&mut self.names, machine);
        let machines = self.cmids.entry(cmid).or_default();
        if machines.len() < MAX_SHARING && !machines.iter().any(|known| known.eq_ignore_ascii_case(&machine)) {
            machines.push(machine);
        }
    }

    fn row(&mut self, row: Row) {
        if row.state == Some(State::Unlicensed) && row.health == Health::Neutral {
            self.without_key += 1;
            return;
        }
        let subject = self.subject(&row);
        match self.subjects.entry(subject) {
            Entry::Vacant(place) => {
                place.insert(self.rows.len());
                self.rows.push(row);
            }
            Entry::Occupied(known) => {
                let at = *known.get();
                if !replaces(&row, &self.rows[at]) {
                    return self.rows.push(row);
                }
                let later = row.collected >= self.rows[at].collected;
                let former = if later { std::mem::replace(&mut self.rows[at], row) } else { row };
                let by = self.rows[at].file.clone();
                self.replaced(former, by);
            }
        }
    }

    fn subject(&mut self, row: &Row) -> Subject {
        let mut machine = row.subject().to_ascii_lowercase();
        if row.named_by == NamedBy::Folder {
            // A folder may hold one machine's outputs or those of many: files that differ in more than a date are not of one.
            machine.push('/');
            machine.push_str(&without_dates(&row.file));
        }
        let product = row.product.as_deref().unwrap_or(row.tool);
        let product = shared(&mut self.names, product);
        Subject { machine: shared(&mut self.names, &machine), kind: row.kind, product, id: row.id.clone() }
    }

    fn replaced(&mut self, former: Row, by: Arc<str>) {
        if self.superseded.len() >= MAX_NAMED {
            self.more_superseded += 1;
            return;
        }
        let machine = former.subject();
        let Row { product, file, line, .. } = former;
        self.superseded.push(Superseded { machine, product, file, line, by });
    }

    /// Notes a file that is no output of an estate: it is named, and not read.
    pub fn foreign(&mut self, file: &str, what: &'static str) {
        if self.foreign.len() < MAX_NAMED {
            self.foreign.push(Foreign { file: file.into(), what });
        }
    }
}

/// Whether one of two lines about the same replaces the other: the later output does. What one text tells twice is told of
/// two things, unless it is the text of one machine and a script was run twice.
fn replaces(one: &Row, other: &Row) -> bool {
    if one.file != other.file {
        return one.kind != RowKind::Unknown && one.machine.is_some();
    }
    let of_one = matches!(one.named_by, NamedBy::Text | NamedBy::File);
    match one.kind {
        RowKind::Product => of_one && !matches!(one.tool, "WMI" | "VAMT"),
        // The same record, test or event again says nothing new.
        RowKind::Record | RowKind::Connection | RowKind::Event => true,
        RowKind::Answer | RowKind::Failure | RowKind::Unknown => false,
    }
}

/// A file's name without what looks like a date or a time.
fn without_dates(file: &str) -> String {
    let mut name = String::with_capacity(file.len());
    for part in file.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        name.push_str(if digits >= 6 { &part[digits..] } else { part });
    }
    name
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
    use crate::read::read;
    use jiff::Timestamp;

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
    fn what_a_text_tells_twice_is_two_things() {
        let lookup = "_vlmcs._tcp.a.example. 600 IN SRV 0 0 1688 kms1.a.example.\n_vlmcs._tcp.a.example. 600 IN SRV 0 0 1688 kms2.a.example.\n";
        assert_eq!(fleet(&[("x", "", lookup)]).rows().len(), 2);
        let errors = "Error: 0xC004F074 no host.\n\nError: 0xC004F074 no host.\n";
        assert!(!fleet(&[("x", "", errors)]).rows().is_empty());
        let wmi = "Name          : Windows(R), Professional edition\nPartialProductKey : 3V66T\nLicenseStatus : 1\n\n";
        assert_eq!(fleet(&[("x", "", &wmi.repeat(2))]).rows().len(), 2);
    }

    #[test]
    fn what_is_replaced_is_named() {
        let fleet = fleet(&[("PC-1", "2026-11-01T00:00:00Z", CLIENT), ("PC-1", "2026-11-02T00:00:00Z", CLIENT)]);
        // Both texts have one name here: a script that was run twice on one machine.
        let summary = fleet.summary(Timestamp::UNIX_EPOCH);
        assert_eq!((summary.superseded, summary.replaced.len(), fleet.rows().len()), (1, 1, 1));
        assert_eq!(&*summary.replaced[0].machine, "PC-1");
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
    fn a_word_of_wmi_that_is_no_state_is_told_and_no_other_language() {
        for word in ["N/A", "-", "Lizenziert"] {
            let text = format!("Name : Office 24, x edition\nPartialProductKey : CRYQ3\nLicenseStatus : {word}\n\n");
            let meaning = fleet(&[("x", "", &text)]).rows()[0].meaning.clone();
            assert!(meaning.contains(word) && !meaning.contains("language"), "{meaning}");
        }
    }

    #[test]
    fn what_is_not_recognised_is_counted_as_such() {
        let summary =
            fleet(&[("PC-1", "", CLIENT), ("PC-2", "", "Lizenzstatus: Lizenziert")]).summary(Timestamp::UNIX_EPOCH);
        assert_eq!(summary.states, [("licensed".to_owned(), 1), ("not recognised".to_owned(), 1)]);
        assert_eq!((summary.machines, summary.health["unknown"]), (1, 1));
    }
}
