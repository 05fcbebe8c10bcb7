//! Signs of unofficial activators and of rogue KMS hosts in what administrators collect: status outputs, events, lookups,
//! hosts files, lists of tasks, services and files, exports of the registry, logs. It reads and tells; it changes nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, Read};

use jiff::civil::Date;
use serde::Serialize;

use crate::facts::indicators::Strength;
use crate::read::own::Own;
use crate::read::text::Line;
use crate::read::{Content, Item, LogError, NamedBy, Reader, Unbroken, masked, records};

mod commands;
mod evidence;
mod hosts_file;
mod listing;
mod machines;
mod outputs;
mod place;
mod registry;
mod services;
mod signs;
mod traffic;

pub use evidence::Evidence;
pub use machines::VolumeLicence;

use evidence::Spot;
use listing::{Entry, Listing};
use machines::Machines;
use registry::Exports;
use services::{List, Programs};

/// What is right in this organisation.
#[derive(Clone, Debug)]
pub struct Options {
    /// What belongs to it.
    pub own: Own,
    /// Minutes between attempts that its hosts set, where they are not the usual ones.
    pub activation_interval: Option<u64>,
    /// Minutes between renewals that its hosts set, where they are not the usual ones.
    pub renewal_interval: Option<u64>,
    /// Whether it has a volume licence.
    pub volume_licence: VolumeLicence,
    /// The day it is.
    pub today: Date,
}

/// A hunt through any number of texts.
#[derive(Debug)]
pub struct Hunt {
    options: Options,
    machines: Machines,
    findings: Vec<Evidence>,
    seen: BTreeSet<(String, String, String, u64)>,
    sources: Vec<Source>,
    left_out: u64,
}

/// What came of a hunt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What was found, the strongest first.
    pub findings: Vec<Evidence>,
    /// Findings that are not listed, since there were too many.
    pub left_out: u64,
    /// The texts that were looked through.
    pub sources: Vec<Source>,
    /// Whether there were more machines than could be compared with each other.
    pub overfull: bool,
}

/// A text that was looked through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its name.
    pub file: String,
    /// What was recognised in it; nothing where it is of no kind that is known.
    pub kinds: Vec<Kind>,
    /// How many lines, or records of a log, it has.
    pub lines: u64,
    /// Records of a log that could not be read.
    pub damaged: u64,
}

/// What is recognised in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The output of `ospp.vbs` or `slmgr.vbs`.
    Status,
    /// Commands that set a KMS host: a history, a batch file, a transcript.
    Commands,
    /// The output of `vnextdiag.ps1`.
    Licences,
    /// Events of KMS.
    Events,
    /// Service records.
    Records,
    /// Tests of connections.
    Connections,
    /// A hosts file.
    HostsFile,
    /// A list of scheduled tasks.
    Tasks,
    /// A list of services.
    Services,
    /// A list of files.
    Files,
    /// An export of the registry.
    Registry,
    /// What a virus scanner has detected.
    Detections,
    /// Connections in a log.
    Traffic,
    /// An event log.
    EventLog,
    /// A text of no kind that is known, with signs in it: a history, a script, a note.
    Text,
}

impl Hunt {
    /// A hunt that has seen nothing yet.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            machines: Machines::default(),
            findings: Vec::new(),
            seen: BTreeSet::new(),
            sources: Vec::new(),
            left_out: 0,
        }
    }

    /// Looks through one text, called `file`, in bounded memory. `machine` is whose it is, until a line says otherwise.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn text(&mut self, file: &str, machine: Option<String>, text: impl Read) -> io::Result<()> {
        let mut source = Reading::new(file, machine);
        for line in Unbroken::new(text) {
            self.line(&mut source, line?);
        }
        self.end(source);
        Ok(())
    }

    /// Looks through one event log, called `file`. Damaged records are counted and passed over.
    ///
    /// # Errors
    /// Where it is none, or cannot be read.
    pub fn event_log(&mut self, file: &str, log: impl Read) -> Result<(), LogError> {
        let mut source = Reading::new(file, None);
        source.kinds.insert(Kind::EventLog);
        source.damaged = records(log, |record| {
            for part in masked(&record.xml).lines() {
                let line = Line { number: record.number, text: part.to_owned(), cut: false };
                self.line(&mut source, line);
            }
        })?;
        self.end(source);
        Ok(())
    }

    /// What came of it.
    pub fn finish(mut self) -> Report {
        let overfull = self.machines.overfull;
        std::mem::take(&mut self.machines).finish(&self.options, &mut self.findings);
        let mut findings = self.findings;
        findings.sort_by(|one, other| {
            let key = |finding: &Evidence| (finding.file.clone(), finding.line, finding.rule.clone());
            other.strength.cmp(&one.strength).then_with(|| key(one).cmp(&key(other)))
        });
        Report { findings, left_out: self.left_out, sources: self.sources, overfull }
    }

    fn line(&mut self, source: &mut Reading, mut line: Line) {
        source.lines += 1;
        // Whatever is told of a line, no key of the organisation is.
        if let Cow::Owned(masked) = masked(&line.text) {
            line.text = masked;
        }
        let spot = source.spot(&line);
        let own = &self.options.own;
        let mut found = Vec::new();
        let mut take = |kind: Kind, findings: Option<Vec<Evidence>>| {
            if let Some(findings) = findings {
                source.kinds.insert(kind);
                found.extend(findings);
            }
        };
        let text = line.text.as_str();
        take(Kind::HostsFile, hosts_file::line(text, own, &spot));
        take(Kind::Registry, source.exports.line(text, own, &spot));
        take(Kind::Traffic, traffic::line(text, own, &spot));
        let command = if commands::is_answer(text) { Kind::Status } else { Kind::Commands };
        take(command, commands::line(text, own, &spot));
        if let Some((list, findings)) = source.programs.line(text, &spot) {
            take(if list == List::Tasks { Kind::Tasks } else { Kind::Services }, Some(findings));
        }
        let entry = source.listing.line(text);
        take(Kind::Files, entry.as_ref().map(|_| Vec::new()));
        let path = match &entry {
            Some(Entry::Path(path)) => path.as_str(),
            Some(Entry::Frame) | None => text,
        };
        if let Some((printed, entry)) = signs::detection(text) {
            let note = entry.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
            let detail = format!("{} has named {printed}{note}", entry.vendor);
            take(Kind::Detections, Some(vec![Evidence::of_rule("ACT015", detail, spot.clone())]));
        }
        // In an export of exclusions the shielded path is told by its own rule.
        if found.iter().all(|finding| finding.rule != "registry") {
            found.extend(signs::files(path).iter().map(|sign| Evidence::of_sign("file", sign, spot.clone())));
        }
        let script = signs::fetched(text).filter(|_| !commands::is_remark(text));
        found.extend(script.map(|script| Evidence::of_script(script, spot.clone())));
        source.remember(&line);
        self.keep(source, found);
        source.reader.line(line);
        let items = source.reader.take();
        self.items(source, items);
    }

    /// What the reader of status outputs has put together by now.
    fn items(&mut self, source: &mut Reading, items: Vec<Item>) {
        for item in items {
            let Item { machine, content, .. } = item;
            source.machine = machine.or_else(|| source.machine.take());
            let (kind, from) = match &content {
                Content::Block(block) => (Some(Kind::Status), block.line),
                Content::Licences(licences) => (Some(Kind::Licences), licences.line),
                Content::Event(event) => (Some(Kind::Events), event.line),
                Content::Lookup(lookup) => (Some(Kind::Records), lookup.line),
                Content::Connection(connection) => (Some(Kind::Connections), connection.line),
                Content::Failure(_) | Content::Unknown(_) => (None, 0),
            };
            source.kinds.extend(kind);
            let spot = |words: &str| source.find(words, from);
            let at = |words: &str, line: u64| source.find(words, line.max(from));
            let found = outputs::judge(&content, &self.options, &mut self.machines, &spot, &at);
            self.keep(source, found);
        }
    }

    fn end(&mut self, mut source: Reading) {
        let mut found = source.programs.finish();
        found.extend(source.exports.finish(&self.options.own));
        self.keep(&mut source, found);
        let items = std::mem::replace(&mut source.reader, Reader::new(None, NamedBy::Nothing)).finish();
        self.items(&mut source, items);
        let spot = Spot { file: source.file.clone(), machine: source.machine.clone(), ..Spot::default() };
        self.machines.of(&spot).adapters.append(&mut source.programs.adapters);
        if source.has_findings && source.kinds.is_empty() {
            source.kinds.insert(Kind::Text);
        }
        let Reading { file, kinds, lines, damaged, .. } = source;
        self.sources.push(Source { file, kinds: kinds.into_iter().collect(), lines, damaged });
    }

    /// Keeps findings, each once, and no more than can be read.
    fn keep(&mut self, source: &mut Reading, found: Vec<Evidence>) {
        source.has_findings |= !found.is_empty();
        for finding in found {
            if finding.sign.is_some() || finding.rule == "ACT015" {
                let spot = Spot { file: source.file.clone(), machine: source.machine.clone(), ..Spot::default() };
                self.machines.of(&spot).has_sign = true;
            }
            if self.findings.len() >= MAX_FINDINGS {
                self.left_out += 1;
                continue;
            }
            let what = finding.sign.clone().unwrap_or_else(|| finding.detail.clone());
            let key = (finding.rule.clone(), what, finding.file.clone(), finding.line);
            if self.seen.insert(key) {
                self.findings.push(finding);
            }
        }
    }
}

/// One text while it is looked through.
#[derive(Debug)]
struct Reading {
    file: String,
    machine: Option<String>,
    reader: Reader,
    exports: Exports,
    programs: Programs,
    listing: Listing,
    kinds: BTreeSet<Kind>,
    has_findings: bool,
    lines: u64,
    damaged: u64,
    /// The last lines, so that what was put together of several can be found again.
    last: VecDeque<(u64, String)>,
}

impl Reading {
    fn new(file: &str, machine: Option<String>) -> Self {
        let by = if machine.is_some() { NamedBy::File } else { NamedBy::Nothing };
        Self {
            file: file.to_owned(),
            machine: machine.clone(),
            reader: Reader::new(machine, by),
            exports: Exports::default(),
            programs: Programs::default(),
            listing: Listing::default(),
            kinds: BTreeSet::new(),
            has_findings: false,
            lines: 0,
            damaged: 0,
            last: VecDeque::new(),
        }
    }

    /// Where a line stands. Of a long line its beginning is kept, since each of its findings has a copy.
    fn spot(&self, line: &Line) -> Spot {
        let text = line.text.trim_start();
        let text = text[..text.floor_char_boundary(MAX_LINE)].to_owned();
        Spot { file: self.file.clone(), line: line.number, text, machine: self.machine.clone() }
    }

    fn remember(&mut self, line: &Line) {
        if self.last.len() >= MAX_REMEMBERED {
            self.last.pop_front();
        }
        let end = line.text.floor_char_boundary(MAX_LINE);
        self.last.push_back((line.number, line.text[..end].to_owned()));
    }

    /// Where `words` stand, from the line `from` on; the line itself where they are not found again.
    fn find(&self, words: &str, from: u64) -> Spot {
        let within = || self.last.iter().filter(|(number, _)| *number >= from);
        let found = within().find(|(_, text)| text.contains(words)).or_else(|| within().next());
        let (line, text) = found.cloned().unwrap_or((from, String::new()));
        Spot { file: self.file.clone(), line, text, machine: self.machine.clone() }
    }
}

impl Report {
    /// Whether something was found that wants acting on.
    pub fn is_grave(&self) -> bool {
        self.findings.iter().any(|finding| finding.strength == Strength::High)
    }

    /// How often each rule has found something.
    pub fn by_rule(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.rule.as_str()).or_default() += 1;
        }
        counts
    }
}

impl Kind {
    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Status => "status output",
            Self::Commands => "commands",
            Self::Licences => "licences of Microsoft 365 Apps",
            Self::Events => "KMS events",
            Self::Records => "service records",
            Self::Connections => "tests of connections",
            Self::HostsFile => "hosts file",
            Self::Tasks => "list of tasks",
            Self::Services => "list of services",
            Self::Files => "list of files",
            Self::Registry => "export of the registry",
            Self::Detections => "detections of a scanner",
            Self::Traffic => "connections",
            Self::EventLog => "event log",
            Self::Text => "text with signs in it",
        }
    }
}

/// More findings than can be read.
const MAX_FINDINGS: usize = 10_000;
/// As many lines as one product, or one event, has at most.
const MAX_REMEMBERED: usize = 512;
/// As much of a line as is remembered, in bytes.
const MAX_LINE: usize = 1_024;

#[cfg(test)]
mod tests;
