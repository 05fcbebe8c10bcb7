//! `leasehold journal verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use leasehold_core::{Code, KeyId, PublicKey};
use leasehold_host::journal::{Contained, Counter, Extends, Former, Reading, Replay, Sought, UsageCount, replay};
use leasehold_wire::journal::Standing;
use serde_json::{Value, json};

use super::{failed, flaw_value, flawed, not_sealed, root, row, seconds, tell_root};
use crate::failure::Failure;
use crate::input;
use crate::output::{self, Column, Output, Table, count};

/// Verify a journal: that every seal follows on the one before, that the host has signed it, that it covers what stands there, and
/// that the host was allowed to give it. Then say what it counts up to, month by month.
///
/// Exit status 1: something is wrong, and what and where is said; or the lease is not in it, or it does not extend the earlier one.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The journal.
    file: PathBuf,
    /// Prove that it extends this earlier one of the same host.
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Prove that this lease or refusal is in it, in whatever form the document is.
    #[arg(long, value_name = "FILE")]
    lease: Option<PathBuf>,
    /// The vendor's root key: 64 hexadecimal digits, or a file that holds it.
    #[arg(long, value_name = "HEX")]
    root: Option<String>,
}

impl Verify {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let root = root(self.root.as_deref())?;
        let mut sought = self.lease.as_deref().map(|path| seek(path, root.as_ref())).transpose()?;
        let mut former = match &self.previous {
            Some(path) => Some(former(path, root)?),
            None => None,
        };
        let mut counter = Counter::default();
        let replay = replay(&self.file, Reading::Verifying(root), &mut |seal| {
            counter.take(seal);
            sought.iter_mut().for_each(|sought| sought.look(seal));
            former.iter_mut().for_each(|former| former.look(seal));
        });
        let replay = replay.map_err(|error| failed(&error))?;
        if replay.flaw.is_none() {
            count_on(&self.file, &mut counter)?;
        }
        let answer = Answer {
            file: &self.file,
            usage: counter.usage(),
            extends: match &former {
                Some(former) if replay.flaw.is_none() => {
                    Some(former.verdict(&self.file, &replay).map_err(|error| failed(&error))?)
                }
                Some(_) | None => None,
            },
            contained: sought.as_ref().map(|sought| (sought, sought.verdict(&replay))),
            replay,
            root,
        };
        match output {
            Output::Json => output::json(&answer.value()),
            Output::Human => answer.print(),
        }
        answer.verdict(output)
    }
}

/// Reads a journal that was verified again, as often as its clients need.
fn count_on(path: &Path, counter: &mut Counter) -> Result<(), Failure> {
    while counter.needs_another_reading() {
        let again = replay(path, Reading::Again, &mut |seal| counter.take(seal)).map_err(|error| failed(&error))?;
        if again.flaw.is_some() {
            let message = format!("journal {}: the file was changed while it was read", path.display());
            return Err(Failure::failed(Code::JournalAltered, message));
        }
    }
    Ok(())
}

fn seek(path: &Path, root: Option<&PublicKey>) -> Result<Sought, Failure> {
    Sought::read(&input::document(path)?, root).ok_or_else(|| not_sealed(path))
}

fn former(path: &Path, root: Option<PublicKey>) -> Result<Former, Failure> {
    let former = Former::read(path, root).map_err(|error| failed(&error))?;
    match flawed(path, former.replay()) {
        Some(failure) => Err(failure),
        None => Ok(former),
    }
}

/// What was found of a journal.
struct Answer<'a> {
    file: &'a Path,
    replay: Replay,
    usage: UsageCount,
    extends: Option<Extends>,
    contained: Option<(&'a Sought, Contained)>,
    root: Option<PublicKey>,
}

impl Answer<'_> {
    /// The first thing that is not as it is to be. In JSON it is said already.
    fn verdict(&self, output: Output) -> Result<(), Failure> {
        let failure = flawed(self.file, &self.replay)
            .or_else(|| self.extends.and_then(|extends| not_extended(extends, self.file)))
            .or_else(|| self.contained.and_then(|(sought, contained)| not_contained(sought, contained)));
        match failure {
            Some(failure) if output == Output::Json => Err(Failure::unhealthy(failure.code())),
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn print(&self) {
        if self.replay.flaw.is_some() {
            return;
        }
        let Replay { standing, parts, certificates, seals, pruned, bytes, .. } = &self.replay;
        let months = &self.usage.months;
        let leases: u64 = months.iter().map(|month| month.leases).sum();
        let refusals: u64 = months.iter().map(|month| month.refusals).sum();
        let mut rows = vec![
            row("journal", format!("whole: {}, {}", count(*bytes, "byte", "bytes"), count(*parts, "part", "parts"))),
            row("seals", format!("{seals}, each with its host's signature")),
            row("leases", leases.to_string()),
            row("refusals", refusals.to_string()),
            row("certificates", certificates.to_string()),
        ];
        if *pruned > 0 {
            rows.push(row("pruned", format!("{pruned} leases and refusals, of which the seals alone are left")));
        }
        for (host, standing) in standing {
            rows.push(row("host", chain(*host, standing)));
        }
        if let Some(root) = self.replay.root {
            let proven = if self.root.is_some() { "proven" } else { "not proven" };
            rows.push(row("root key", format!("{root}, {proven}")));
        }
        if let Some(Extends::Yes(more)) = self.extends {
            rows.push(row("previous", format!("extended by {}", count(more, "seal", "seals"))));
        }
        if let Some((sought, Contained::Yes)) = self.contained {
            rows.push(row("lease", format!("in it: seal {}, {} of {}", sought.number, sought.index + 1, sought.size)));
        }
        output::rows(&rows);
        print_usage(&self.usage);
        tell_root(self.root, self.replay.root);
    }

    fn value(&self) -> Value {
        let Replay { standing, root, parts, certificates, seals, pruned, bytes, .. } = &self.replay;
        let chain = |(host, standing): &(KeyId, Standing)| {
            json!({
                "host": host.to_string(), "after": standing.after.number, "seal": standing.tip.number,
                "seal_hash": output::hex(&standing.tip.seal), "at": standing.at.map(seconds),
            })
        };
        let (months, peaks) = usage_values(&self.usage);
        let whole = self.replay.flaw.is_none();
        json!({
            "file": self.file,
            "whole": whole,
            "flaw": flaw_value(&self.replay),
            "bytes": bytes,
            "parts": parts,
            "certificates": certificates,
            "seals": seals,
            "pruned": pruned,
            "root": root.map(|root| root.to_string()),
            "root_proven": self.root.is_some() && root.is_some(),
            "hosts": standing.iter().map(chain).collect::<Vec<_>>(),
            // What is not whole counts for nothing.
            "months": if whole { months } else { Vec::new() },
            "peaks": if whole { peaks } else { Vec::new() },
            "previous": self.extends.map(extends_value),
            "lease": self.contained.map(|(sought, contained)| contained_value(sought, contained)),
        })
    }
}

fn chain(host: KeyId, standing: &Standing) -> String {
    let at = standing.at.map_or(String::new(), |at| format!(", {}", output::time(at)));
    format!("{host}: seals {} to {}{at}", standing.after.number + 1, standing.tip.number)
}

/// The months as a table, then the peaks.
fn print_usage(usage: &UsageCount) {
    if usage.months.is_empty() {
        return;
    }
    outln!("");
    let mut table = Table::new(["MONTH", "FAMILY", "CLIENTS", "LEASES", "REFUSALS", "PEAK"].map(Column::new));
    for month in &usage.months {
        let numbers = [month.clients, month.leases, month.refusals, month.peak].map(|number| number.to_string());
        let [clients, leases, refusals, peak] = numbers;
        table.row([month.month.to_string(), month.family.to_string(), clients, leases, refusals, peak]);
    }
    table.print();
    outln!("");
    for peak in &usage.peaks {
        let leases = count(peak.leases, "lease", "leases");
        outln!("most at once of {}: {leases}, in the hour from {}", peak.family, output::time(peak.hour));
    }
}

/// Months and peaks for programs.
fn usage_values(usage: &UsageCount) -> (Vec<Value>, Vec<Value>) {
    let months = usage.months.iter().map(|month| {
        json!({
            "month": month.month.to_string(), "family": month.family.as_str(), "clients": month.clients,
            "leases": month.leases, "refusals": month.refusals, "peak": month.peak,
        })
    });
    let peaks = usage
        .peaks
        .iter()
        .map(|peak| json!({ "family": peak.family.as_str(), "leases": peak.leases, "hour": seconds(peak.hour) }));
    (months.collect(), peaks.collect())
}

fn not_extended(extends: Extends, file: &Path) -> Option<Failure> {
    let (code, words) = extends_words(extends)?;
    Some(Failure::refused(code, format!("journal {}: {words}", file.display())))
}

/// Why a journal does not extend the earlier one; `None` where it does.
fn extends_words(extends: Extends) -> Option<(Code, String)> {
    Some(match extends {
        Extends::Yes(_) => return None,
        Extends::Forked(host, number) => {
            let words = "the earlier journal has another one with this number, and both are signed";
            (Code::JournalForked, format!("seal {number} of host {host}: {words}"))
        }
        Extends::Older(host, former) => (
            Code::JournalUnrelated,
            format!("it ends before the earlier one, which goes up to seal {former} of host {host}"),
        ),
        Extends::Gap(host, former, after) => (
            Code::JournalUnrelated,
            format!("it begins after seal {after} of host {host}, and the earlier one ends with seal {former}"),
        ),
        Extends::AnotherHost(host) => {
            (Code::JournalUnrelated, format!("the earlier one is of host {host}, of which this one has nothing"))
        }
    })
}

fn extends_value(extends: Extends) -> Value {
    let more = if let Extends::Yes(more) = extends { Some(more) } else { None };
    let (code, message) = extends_words(extends).unzip();
    json!({ "extended": more.is_some(), "more": more, "code": code.map(Code::name), "message": message })
}

fn not_contained(sought: &Sought, contained: Contained) -> Option<Failure> {
    let (code, words) = contained_words(sought, contained)?;
    Some(Failure::refused(code, format!("seal {} of host {}: {words}", sought.number, sought.host)))
}

/// Why a lease or refusal is not in the journal; `None` where it is.
fn contained_words(sought: &Sought, contained: Contained) -> Option<(Code, String)> {
    Some(match contained {
        Contained::Yes => return None,
        Contained::Forked => {
            let words = "the document is under another one with this number than the journal, and both are signed";
            (Code::JournalForked, words.to_owned())
        }
        Contained::NotAuthentic(reason) => (reason.code(), format!("the document is not in the journal; {reason}")),
        Contained::AnotherHost => {
            (Code::NotInJournal, "the journal has no seals of the host that has sealed the document".to_owned())
        }
        Contained::Before(after) => (
            Code::NotInJournal,
            format!("the journal of this host begins after seal {after}: the document is of an earlier one"),
        ),
        Contained::After(tip) => (
            Code::NotInJournal,
            format!("the journal of this host ends with seal {tip}: the document is of a later one"),
        ),
        Contained::Unread => {
            let number = sought.number;
            (Code::NotInJournal, format!("the journal could not be verified up to seal {number}"))
        }
    })
}

fn contained_value(sought: &Sought, contained: Contained) -> Value {
    let (code, message) = contained_words(sought, contained).unzip();
    json!({
        "contained": contained == Contained::Yes,
        "host": sought.host.to_string(),
        "seal": sought.number,
        "index": sought.index,
        "size": sought.size,
        "code": code.map(Code::name),
        "message": message,
    })
}
