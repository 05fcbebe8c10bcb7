//! What only shows when several outputs are seen together: of one machine, or of all.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::evidence::{Evidence, Spot};
use super::signs;
use crate::facts::outputs::Script;
use crate::read::{Block, Channel, Licences, State};

/// The machines, and what they have in common.
#[derive(Debug, Default)]
pub(super) struct Machines {
    known: BTreeMap<String, Machine>,
    /// The names that asked with each client id, and the ids of each name.
    names: BTreeMap<String, BTreeSet<String>>,
    ids: BTreeMap<String, BTreeSet<String>>,
    /// Where an id was seen first with a second name, and a name with many ids.
    shared: BTreeMap<String, Spot>,
    many: BTreeMap<String, Spot>,
    /// Records of hosts, each with where it stands.
    records: BTreeMap<String, Spot>,
    silent: BTreeSet<String>,
    /// Whether there was more than is kept.
    pub(super) overfull: bool,
}

/// What is known of one machine.
#[derive(Debug, Default)]
pub(super) struct Machine {
    /// Whether it is a KMS host itself.
    is_host: bool,
    /// Licences of single copies, by the number of their release, and of volume.
    single: BTreeMap<u16, Spot>,
    volume: BTreeSet<u16>,
    /// Windows with the manufacturer's licence, and with a generic key.
    of_maker: bool,
    generic: Option<Spot>,
    /// A subscription's grace key in notification, and whether a licence was seen.
    reminded: Option<Spot>,
    licences: Option<usize>,
    /// Network adapters, and whether there was any other sign.
    pub(super) adapters: Vec<Spot>,
    pub(super) has_sign: bool,
}

impl Machines {
    /// The machine that a spot is of: by its name, else the file is one.
    pub(super) fn of(&mut self, spot: &Spot) -> &mut Machine {
        let mut name = spot.machine.clone().unwrap_or_else(|| format!("file {}", spot.file)).to_ascii_lowercase();
        if self.known.len() >= MAX && !self.known.contains_key(&name) {
            self.overfull = true;
            name = String::new();
        }
        self.known.entry(name).or_default()
    }

    /// A client has asked with this id.
    pub(super) fn asked(&mut self, client: &str, cmid: &str, spot: &dyn Fn() -> Spot) {
        let (client, cmid) = (client.to_ascii_lowercase(), cmid.to_ascii_lowercase());
        let known = self.names.contains_key(&cmid) && self.ids.contains_key(&client);
        if !known && self.names.len().max(self.ids.len()) >= MAX {
            self.overfull = true;
            return;
        }
        let names = self.names.entry(cmid.clone()).or_default();
        if names.len() < MAX_TOLD {
            names.insert(client.clone());
        }
        if names.len() > 1 {
            self.shared.entry(cmid.clone()).or_insert_with(spot);
        }
        let ids = self.ids.entry(client.clone()).or_default();
        if ids.len() < MAX_TOLD {
            ids.insert(cmid);
        }
        if ids.len() >= MANY_IDS {
            self.many.entry(client).or_insert_with(spot);
        }
    }

    /// A record names this host.
    pub(super) fn record(&mut self, target: &str, spot: &Spot) {
        if self.records.len() < MAX {
            self.records.entry(target.to_ascii_lowercase()).or_insert_with(|| spot.clone());
        }
    }

    /// The port of this host is closed.
    pub(super) fn silent(&mut self, host: &str) {
        if self.silent.len() < MAX {
            self.silent.insert(host.to_ascii_lowercase());
        }
    }

    /// What shows in the end. `findings` are those so far: some are taken back.
    pub(super) fn finish(self, options: &Options, findings: &mut Vec<Evidence>) {
        let hosts: BTreeSet<&str> =
            self.known.iter().filter(|(_, machine)| machine.is_host).map(|(name, _)| name.as_str()).collect();
        let is_host = |finding: &Evidence| {
            let spot = finding.machine.clone().unwrap_or_else(|| format!("file {}", finding.file));
            hosts.contains(spot.to_ascii_lowercase().as_str())
        };
        // A KMS host may be a client of itself.
        findings.retain(|finding| finding.rule != "ACT001" || !is_host(finding));
        for (cmid, spot) in self.shared {
            let names: Vec<&str> = self.names.get(&cmid).into_iter().flatten().map(String::as_str).collect();
            let detail = format!("the client id {cmid} is used by {}: clones without rearm", names.join(", "));
            findings.push(Evidence::of_rule("ACT017", detail, spot));
        }
        for (client, spot) in self.many {
            let count = self.ids.get(&client).map_or(0, BTreeSet::len);
            let detail = format!("{client} asks with {count} client ids or more: the count may be filled on purpose");
            findings.push(Evidence::of_rule("ACT017", detail, spot));
        }
        let more = !options.own.hosts.is_empty() && self.records.len() > options.own.hosts.len();
        if let Some(spot) = self.records.values().next_back().filter(|_| more) {
            let detail = format!("{} records, and {} hosts of your own", self.records.len(), options.own.hosts.len());
            findings.push(Evidence::of_rule("ACT009", detail, spot.clone()));
        }
        for (target, spot) in self.records.iter().filter(|(target, _)| self.silent.contains(*target)) {
            findings.push(Evidence::of_rule("ACT009", format!("{target} does not answer on its port"), spot.clone()));
        }
        self.known.into_values().for_each(|machine| machine.finish(findings));
    }
}

impl Machine {
    /// Takes a product; says what it shows by itself and would not elsewhere.
    pub(super) fn block(&mut self, block: &Block, options: &Options, spot: &dyn Fn(&str) -> Spot) -> Option<Evidence> {
        self.is_host |= block.is_host() && block.state() == Some(State::Licensed);
        let name = block.name().unwrap_or_default();
        let generic = block.channel() == Channel::KmsClient || block.gvlk().is_some();
        // Other tools list what is not installed, too.
        if let Some(release) = release(name).filter(|_| block.tool == Script::Ospp) {
            if is_single(block) {
                self.single.entry(release).or_insert_with(|| spot(name));
            }
            if generic {
                self.volume.insert(release);
            }
        }
        let windows = name.starts_with("Windows");
        self.of_maker |= windows && block.channel() == Channel::Oem;
        if windows && generic && self.generic.is_none() {
            self.generic = Some(spot(name));
        }
        if block.is_subscription() && block.state() == Some(State::Notification) {
            self.reminded = Some(spot(name));
        }
        let home = windows && name.contains("Core");
        let why = match (generic, options.volume_licence, home) {
            (true, VolumeLicence::None, _) => "a generic key, and the organisation has no volume licence",
            (true, VolumeLicence::Unsaid, true) => "a generic key on an edition that is not sold in volume",
            (true, VolumeLicence::Unsaid, false) | (false, _, _) => return None,
        };
        Some(Evidence::of_rule("ACT011", format!("{name}: {why}"), spot(name)))
    }

    /// Takes the licences of a user.
    pub(super) fn licences(&mut self, licences: &Licences) {
        let device = licences.modes.values().any(|mode| mode == "Device");
        let seen = licences.licences.len() + licences.tokens.len() + usize::from(device);
        self.licences = Some(self.licences.unwrap_or_default() + seen);
    }

    fn finish(self, findings: &mut Vec<Evidence>) {
        for (release, spot) in self.single.into_iter().filter(|(release, _)| self.volume.contains(release)) {
            let detail =
                format!("a key of a single copy and a volume key of Office {release} are installed side by side");
            findings.push(Evidence::of_rule("ACT012", detail, spot));
        }
        if let Some(spot) = self.generic.filter(|_| self.of_maker) {
            let detail = "Windows has the manufacturer's licence and a generic key";
            findings.push(Evidence::of_rule("ACT011", detail, spot));
        }
        if let Some(spot) = self.reminded.filter(|_| self.licences == Some(0)) {
            let detail = "ospp shows only the grace key of a subscription, and vnextdiag no licence";
            findings.push(Evidence::of_rule("ACT016", detail, spot));
        }
        if self.has_sign
            && let Some(sign) = signs::adapter()
        {
            let adapters = self.adapters.into_iter();
            findings.extend(adapters.map(|spot| Evidence::of_sign("task-or-service", &sign, spot)));
        }
    }
}

/// Whether the organisation has a volume licence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VolumeLicence {
    /// It was not said.
    #[default]
    Unsaid,
    /// It has none.
    None,
}

/// The number of the release in `Office 16, Office16ProPlusVL_KMS_Client edition`.
fn release(name: &str) -> Option<u16> {
    let rest = name.strip_prefix("Office")?.trim_start();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Whether it is the licence of a single copy, and not one that a company's subscription brings along.
fn is_single(block: &Block) -> bool {
    let name = block.name().unwrap_or_default();
    let company = name.contains("O365ProPlus") || name.contains("O365Business");
    let named = name.contains("R_Grace") || name.contains("R_Retail") || name.contains("R_OEM");
    let channel = matches!(block.channel(), Channel::Retail | Channel::Grace | Channel::Oem);
    !company && (named || channel)
}

/// More machines, ids and names than are kept apart.
const MAX: usize = 500_000;
/// As many names of one id as are told.
const MAX_TOLD: usize = 16;
/// A machine is rebuilt now and then; three ids of one name are more than that.
const MANY_IDS: usize = 3;
