//! `leasehold office hunt`.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use leasehold_core::Code;
use leasehold_office::hunt::{Evidence, Hunt, Kind, Options, Report, Source, VolumeLicence};
use leasehold_office::read::{self, NamedBy};
use serde_json::json;

use super::own::OwnOptions;
use super::progress::Progress;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::values;

/// Signs of unofficial activators and of rogue KMS hosts in what you have collected.
///
/// Reads status outputs, events, lookups, hosts files, lists of tasks, services and files, exports of the registry, event
/// logs and scanners' logs, in any encoding, and says what each text is. Nothing is removed or changed. Exit status 1 where
/// a strong sign was found.
#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Files and folders (with all below them); `-` is standard input.
    #[arg(value_name = "FILE|DIR", required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    own: OwnOptions,
    /// Minutes between attempts that your hosts set (`slmgr /sai`) [default: 120].
    #[arg(long, value_name = "MINUTES", value_parser = values::whole::<u64>(values::ANY))]
    activation_interval: Option<u64>,
    /// Minutes between renewals that your hosts set (`slmgr /sri`) [default: 10080].
    #[arg(long, value_name = "MINUTES", value_parser = values::whole::<u64>(values::ANY))]
    renewal_interval: Option<u64>,
    /// The organisation has no volume licence: every generic key is a sign.
    #[arg(long)]
    no_volume_licence: bool,
    /// The day it is [default: today].
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    today: Option<Date>,
    /// Show where each rule was read.
    #[arg(long)]
    sources: bool,
}

impl Search {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let volume_licence = if self.no_volume_licence { VolumeLicence::None } else { VolumeLicence::Unsaid };
        let options = Options {
            own: self.own.read()?,
            activation_interval: self.activation_interval,
            renewal_interval: self.renewal_interval,
            volume_licence,
            today: super::today(self.today),
        };
        let mut walk = Walk::new(options);
        for path in &self.paths {
            walk.named(path)?;
        }
        let unread = walk.end();
        let report = walk.hunt.finish();
        match output {
            Output::Json => {
                let mut value = json!(report);
                value["unread"] = json!(unread);
                output::json(&value);
            }
            Output::Human => self.print(&report),
        }
        match report.findings.first().filter(|_| report.is_grave()) {
            Some(_) => Err(Failure::unhealthy(Code::HuntFindings)),
            None if !unread.is_empty() => Err(Failure::refused(
                Code::File,
                format!("{} files could not be read, and are not judged", unread.len()),
            )),
            None => Ok(()),
        }
    }

    fn print(&self, report: &Report) {
        for finding in &report.findings {
            self.finding(finding);
        }
        if report.left_out > 0 {
            output::paragraph(0, &format!("{} more findings are not shown", report.left_out));
        }
        if report.overfull {
            output::paragraph(
                0,
                "there were more machines than are compared with each other: hunt in parts of the estate",
            );
        }
        for Source { file, kinds, damaged, .. } in &report.sources {
            let names: Vec<&str> = kinds.iter().map(|kind: &Kind| kind.title()).collect();
            let told = if names.is_empty() { "nothing in it is recognised".to_owned() } else { names.join(", ") };
            let damaged =
                if *damaged > 0 { format!("; {damaged} damaged records were passed over") } else { String::new() };
            output::paragraph(0, &format!("read: {file}: {told}{damaged}"));
        }
        let rules = report.by_rule();
        let told: Vec<String> = rules.iter().map(|(rule, count)| format!("{rule}: {count}")).collect();
        let told =
            if told.is_empty() { "no signs were found".to_owned() } else { format!("found {}", told.join(", ")) };
        outln!("\n{told}");
    }

    fn finding(&self, finding: &Evidence) {
        let sign = finding.sign.as_ref().map_or_else(String::new, |sign| format!(" {sign}"));
        let (strength, rule) = (finding.strength.name(), &finding.rule);
        output::paragraph(0, &format!("{strength:6}  {rule}{sign}: {}: {}", finding.title, finding.detail));
        let machine = finding.machine.as_ref().map_or_else(String::new, |machine| format!(" ({machine})"));
        output::paragraph(8, &format!("{}:{}{machine}: {}", finding.file, finding.line, finding.text));
        output::paragraph(8, &format!("what else it could be: {}", finding.false_positives));
        output::paragraph(8, &format!("next: {}", finding.next));
        if self.sources {
            output::paragraph(8, &format!("why: {}; source: {}", finding.why, finding.source));
        }
        outln!();
    }
}

/// The way through files and folders.
struct Walk {
    hunt: Hunt,
    unread: Vec<String>,
    progress: Progress,
}

impl Walk {
    fn new(options: Options) -> Self {
        Self { hunt: Hunt::new(options), unread: Vec::new(), progress: Progress::new() }
    }

    /// What is named has to be readable; what is found below it is passed over where it is not, and told.
    fn named(&mut self, path: &Path) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::file(path, &error);
        if path == Path::new("-") {
            return self.hunt.text("-", None, io::stdin().lock()).map_err(failed);
        }
        if fs::metadata(path).map_err(failed)?.is_dir() {
            return self.folder(path, 0).map_err(failed);
        }
        self.file(path).map_err(failed)
    }

    fn folder(&mut self, path: &Path, depth: usize) -> io::Result<()> {
        let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        entries.sort_unstable();
        for entry in entries {
            // A link is not followed: it may lead out of the folder, or round in a circle.
            let kind = fs::symlink_metadata(&entry).map(|about| about.file_type());
            let read = match kind {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => self.folder(&entry, depth + 1),
                Ok(kind) if kind.is_dir() => Err(io::Error::other("folders are nested too deep")),
                Ok(kind) if kind.is_file() => self.file(&entry),
                Ok(_) => Ok(()),
                Err(error) => Err(error),
            };
            if let Err(error) = read {
                self.unread.push(format!("{}: {error}", entry.display()));
                self.progress.suspend(|| errln!("{}: {error}", entry.display()));
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        let mut start = Vec::with_capacity(LOG.len());
        file.by_ref().take(LOG.len() as u64).read_to_end(&mut start)?;
        file.rewind()?;
        self.progress.one_more();
        let name = path.to_string_lossy();
        if start == LOG {
            return self.hunt.event_log(&name, BufReader::new(file)).map_err(io::Error::other);
        }
        // A single word may be any file: a machine's name has a digit or a hyphen in it.
        let likely = |machine: &String| machine.contains(|c: char| c.is_ascii_digit() || c == '-');
        let machine = match read::from_path(path) {
            (machine, NamedBy::File) => machine.filter(likely),
            (_, NamedBy::Text | NamedBy::Folder | NamedBy::Nothing) => None,
        };
        self.hunt.text(&name, machine, file)
    }

    /// The files that could not be read.
    fn end(&mut self) -> Vec<String> {
        self.progress.end();
        std::mem::take(&mut self.unread)
    }
}

/// How deep folders are followed.
const DEEPEST: usize = 32;
/// How an event log begins.
const LOG: &[u8; 8] = b"ElfFile\0";
