//! `leasehold vendor usage --journal`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use leasehold_authority::reports;
use leasehold_core::{Code, KeyId, Text};
use leasehold_dashboard::usage::{CustomerUsage, MonthUsage, usage_report};
use leasehold_files::Readers;
use leasehold_host::journal::{Counter, Extends, Former, Reading, Replay, UsageCount, in_step, replay};
use serde_json::{Value, json};

use super::{VendorContext, failed};
use crate::commands::{host, journal};
use crate::failure::Failure;
use crate::input;
use crate::out_file::OutFile;
use crate::output::{self, Column, Output, Table};

/// Journals that a report is made of, and how it is written.
#[derive(Debug, Args)]
pub(crate) struct Journals {
    /// Make a report by customer of these journals, which are verified: each client counts once, also where it has asked several hosts of
    /// its customer.
    #[arg(long = "journal", value_name = "FILE", num_args = 1..)]
    files: Vec<PathBuf>,
    /// How the report is written; JSON where --json is given, else a table.
    #[arg(long, value_enum, value_name = "FORMAT", requires = "files")]
    format: Option<Format>,
    #[command(flatten)]
    out: OutFile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated, names in the first row.
    Csv,
    /// A list of objects.
    Json,
    /// A page for a browser.
    Html,
}

/// A journal that was verified.
struct Verified {
    path: PathBuf,
    replay: Replay,
}

impl Journals {
    /// Whether a report of journals is asked for.
    pub(super) fn are_given(&self) -> bool {
        !self.files.is_empty()
    }

    /// Refuses a file for the report where none of journals is asked for.
    pub(super) fn refuse_file(&self) -> Result<(), Failure> {
        if self.out.is_given() {
            let message = "`-o` is for a report of journals";
            return Err(Failure::failed(Code::Usage, message).hint(
                "name them with `--journal FILE…`; `leasehold vendor export usage` writes what hosts have reported",
            ));
        }
        Ok(())
    }

    pub(super) fn run(self, context: &VendorContext, output: Output) -> Result<(), Failure> {
        let root = reports::root(&*context.store).map_err(|error| failed(&error))?;
        let mut groups: BTreeMap<Option<Text>, Vec<Verified>> = BTreeMap::new();
        for path in &self.files {
            let seen = replay(path, Reading::Verifying(Some(root)), &mut |_| ());
            let replay = seen.map_err(|error| host::failed(&error))?;
            if let Some(failure) = journal::flawed(path, &replay) {
                return Err(failure);
            }
            let customer = customer(context, path, &replay)?;
            groups.entry(customer).or_default().push(Verified { path: path.clone(), replay });
        }
        let mut customers = Vec::new();
        for (customer, journals) in groups {
            agree(&journals)?;
            let usage = count(&journals)?;
            customers.push(of_customer(customer.as_ref(), &journals, &usage));
        }
        self.write(context, &customers, output)
    }

    fn write(&self, context: &VendorContext, customers: &[CustomerUsage], output: Output) -> Result<(), Failure> {
        let text = match (self.format, output) {
            (Some(Format::Csv), _) => csv(customers),
            (Some(Format::Html), _) => {
                let vendor = reports::vendor_name(&*context.store).map_err(|error| failed(&error))?;
                usage_report(vendor.as_str(), &output::time(input::now()), customers)
            }
            (Some(Format::Json), _) | (None, Output::Json) => format!("{:#}\n", value(customers)),
            (None, Output::Human) if self.out.path().is_some() => csv(customers),
            (None, Output::Human) => {
                print(customers);
                return Ok(());
            }
        };
        if let Some(path) = self.out.path() {
            return self.out.write(path, Readers::Umask, |out| {
                out.write_all(text.as_bytes()).map_err(|error| Failure::file(path, &error))
            });
        }
        out!("{text}");
        Ok(())
    }
}

/// Whose hosts a journal is of.
fn customer(context: &VendorContext, path: &Path, replay: &Replay) -> Result<Option<Text>, Failure> {
    for (host, _) in &replay.standing {
        if let Some(customer) = reports::customer_of(&*context.store, *host).map_err(|error| failed(&error))? {
            return Ok(customer);
        }
    }
    errln!("journal {}: no product key of this vendor has activated its host here", path.display());
    Ok(None)
}

/// Refuses journals of one host that contradict each other, and says where seals between two are missing.
fn agree(journals: &[Verified]) -> Result<(), Failure> {
    let tip = |journal: &Verified, host: KeyId| {
        journal.replay.standing.iter().find(|(named, _)| *named == host).map(|(_, standing)| standing.tip.number)
    };
    for (at, longer) in journals.iter().enumerate() {
        let goes_on = |(other, shorter): &(usize, &Verified)| {
            let mut ends = shorter.replay.standing.iter();
            at != *other
                && ends.any(|(host, end)| tip(longer, *host).is_some_and(|tip| (tip, at) > (end.tip.number, *other)))
        };
        let former = |(_, shorter): (usize, &Verified)| Former::replayed(shorter.path.clone(), shorter.replay.clone());
        let mut formers: Vec<Former> = journals.iter().enumerate().filter(goes_on).map(former).collect();
        if formers.is_empty() {
            continue;
        }
        let later =
            replay(&longer.path, Reading::Again, &mut |seal| formers.iter_mut().for_each(|former| former.look(seal)));
        unchanged(&longer.path, &later.map_err(|error| host::failed(&error))?)?;
        for former in formers {
            follows(longer, &former)?;
        }
    }
    Ok(())
}

/// Refuses a journal that parts from one that it goes on from, and says where seals between the two are missing.
fn follows(longer: &Verified, former: &Former) -> Result<(), Failure> {
    match former.verdict(&longer.path, &longer.replay).map_err(|error| host::failed(&error))? {
        Extends::Forked(host, number) => {
            let (one, two) = (longer.path.display(), former.path().display());
            let message = format!("seal {number} of host {host}: {one} and {two} have one each, and both are signed");
            return Err(Failure::refused(Code::JournalForked, message));
        }
        Extends::Gap(host, ends, begins) => errln!(
            "seals {} to {begins} of host {host} are in none of the journals: what they cover is not counted",
            ends + 1
        ),
        Extends::Yes(_) | Extends::Older(..) | Extends::AnotherHost(_) => {}
    }
    Ok(())
}

/// Refuses a journal that was verified before and is not as it was.
fn unchanged(path: &Path, seen: &Replay) -> Result<(), Failure> {
    if seen.flaw.is_some() {
        let message = format!("journal {}: the file was changed while it was read", path.display());
        return Err(Failure::failed(Code::JournalAltered, message));
    }
    Ok(())
}

fn count(journals: &[Verified]) -> Result<UsageCount, Failure> {
    let paths: Vec<PathBuf> = journals.iter().map(|journal| journal.path.clone()).collect();
    let mut counter = Counter::default();
    loop {
        let seen =
            in_step(&paths, Reading::Again, &mut |seal| counter.take(seal)).map_err(|error| host::failed(&error))?;
        paths.iter().zip(&seen).try_for_each(|(path, seen)| unchanged(path, seen))?;
        if !counter.needs_another_reading() {
            return Ok(counter.usage());
        }
    }
}

fn of_customer(customer: Option<&Text>, journals: &[Verified], usage: &UsageCount) -> CustomerUsage {
    let mut hosts: Vec<KeyId> =
        journals.iter().flat_map(|journal| journal.replay.standing.iter().map(|(host, _)| *host)).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let month = |month: &leasehold_host::journal::MonthlyCount| MonthUsage {
        month: month.month.to_string(),
        family: month.family.to_string(),
        clients: month.clients,
        leases: month.leases,
        refusals: month.refusals,
        peak: month.peak,
    };
    CustomerUsage {
        customer: customer.map(ToString::to_string),
        hosts: hosts.iter().map(ToString::to_string).collect(),
        months: usage.months.iter().map(month).collect(),
    }
}

fn print(customers: &[CustomerUsage]) {
    let mut table = Table::new([
        Column::new("MONTH"),
        Column::prose("CUSTOMER"),
        Column::new("FAMILY"),
        Column::new("CLIENTS"),
        Column::new("LEASES"),
        Column::new("REFUSALS"),
        Column::new("PEAK"),
    ]);
    for (name, month) in rows(customers) {
        let [clients, leases, refusals, peak] =
            [month.clients, month.leases, month.refusals, month.peak].map(|number| number.to_string());
        let name = if name.is_empty() { "-" } else { name };
        table.row([month.month.clone(), name.to_owned(), month.family.clone(), clients, leases, refusals, peak]);
    }
    table.print();
}

fn value(customers: &[CustomerUsage]) -> Value {
    let month = |month: &MonthUsage| {
        json!({
            "month": month.month, "family": month.family, "clients": month.clients, "leases": month.leases,
            "refusals": month.refusals, "peak": month.peak,
        })
    };
    let customer = |customer: &CustomerUsage| {
        let months: Vec<Value> = customer.months.iter().map(month).collect();
        json!({ "customer": customer.customer, "hosts": customer.hosts, "months": months })
    };
    customers.iter().map(customer).collect()
}

/// As RFC 4180 has it; no name is taken for a formula.
fn csv(customers: &[CustomerUsage]) -> String {
    let head = "month,customer,family,clients,leases,refusals,peak\r\n".to_owned();
    rows(customers).fold(head, |text, (name, MonthUsage { month, family, clients, leases, refusals, peak })| {
        let harmless = if name.starts_with(['=', '+', '-', '@']) { format!("'{name}") } else { name.to_owned() };
        let quoted = harmless.replace('"', "\"\"");
        text + &format!("{month},\"{quoted}\",{family},{clients},{leases},{refusals},{peak}\r\n")
    })
}

fn rows(customers: &[CustomerUsage]) -> impl Iterator<Item = (&str, &MonthUsage)> {
    customers.iter().flat_map(|customer| {
        let name = customer.customer.as_deref().unwrap_or_default();
        customer.months.iter().map(move |month| (name, month))
    })
}
