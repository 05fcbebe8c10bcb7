//! `leasehold simulate`.

mod page;
mod scenario;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use leasehold_core::{Code, Span, Timestamp};
use leasehold_files::Readers;
use leasehold_simulation::{Interval, Outcome, Peak, Scenario, simulate};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::input;
use crate::out_file::OutFile;
use crate::output::{self, Column, Output, Table};
use crate::values;

/// A fleet over months in seconds: what becomes of its licences where hosts are away, machines leave or clocks are off, and how
/// much hosts have to do.
///
/// Nothing is asked and nothing is changed: time is virtual, and the rules are those by which hosts and clients decide. Times are
/// those of UTC.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The scenario (TOML); `-` is standard input.
    #[arg(value_name = "FILE", conflicts_with = "sample")]
    scenario: Option<PathBuf>,
    /// A sample instead.
    #[arg(long, value_enum, value_name = "NAME")]
    sample: Option<Sample>,
    /// Print the sample instead, to start from.
    #[arg(long, requires = "sample", conflicts_with_all = ["html", "csv", "outages", "days", "seed"])]
    print: bool,
    /// All hosts are down besides, from a time on for so long: `2027-03-01/21d`.
    #[arg(long = "outage", value_name = "FROM/FOR", value_parser = outage)]
    outages: Vec<Interval>,
    /// So many days instead of those of the scenario.
    #[arg(long, value_name = "N", value_parser = values::whole::<u32>(1..=3_650))]
    days: Option<u32>,
    /// Another seed for what chance decides.
    #[arg(long, value_name = "N", value_parser = values::whole::<u64>(values::ANY))]
    seed: Option<u64>,
    /// Write a page with plots to this file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a row for each day to this file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Overwrite these files.
    #[arg(long)]
    force: bool,
}

/// The samples.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sample {
    /// The only host is away for three weeks.
    Away,
    /// A small site that empties in summer.
    Threshold,
    /// Thousands of machines are installed anew on one day.
    Imaging,
    /// A hundred thousand machines over 400 days.
    Growth,
    /// Machines and a host with wrong clocks.
    Clocks,
}

impl Sample {
    const fn text(self) -> &'static str {
        match self {
            Self::Away => include_str!("samples/away.toml"),
            Self::Threshold => include_str!("samples/threshold.toml"),
            Self::Imaging => include_str!("samples/imaging.toml"),
            Self::Growth => include_str!("samples/growth.toml"),
            Self::Clocks => include_str!("samples/clocks.toml"),
        }
    }
}

impl Simulate {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        if let Some(sample) = self.sample.filter(|_| self.print) {
            out!("{}", sample.text());
            return Ok(());
        }
        let files = [&self.html, &self.csv].map(|path| OutFile::named(path.clone(), self.force));
        files.iter().try_for_each(OutFile::check)?;
        let scenario = self.scenario()?;
        let outcome =
            simulate(&scenario).map_err(|error| scenario::failed(format!("scenario {}: {error}", self.name())))?;
        let [html, csv] = &files;
        write(html, &|| page::page(&scenario, &outcome))?;
        write(csv, &|| page::csv(&outcome))?;
        match output {
            Output::Json => output::json(&value(&scenario, &outcome)),
            Output::Human => print(&scenario, &outcome),
        }
        Ok(())
    }

    /// What the scenario is called in messages.
    fn name(&self) -> String {
        match (&self.scenario, self.sample) {
            (Some(path), _) => path.display().to_string(),
            (None, Some(sample)) => {
                sample.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
            }
            (None, None) => String::new(),
        }
    }

    /// The scenario with what the options change.
    fn scenario(&self) -> Result<Scenario, Failure> {
        let mut scenario = match (&self.scenario, self.sample) {
            (Some(path), _) => scenario::read(&input::text(path)?, path)?,
            (None, Some(sample)) => scenario::read(sample.text(), Path::new("sample"))?,
            (None, None) => {
                return Err(Failure::failed(Code::Usage, "no scenario is named").hint(
                    "name its FILE, or a sample: `leasehold simulate --sample away`; `--help` lists the samples",
                ));
            }
        };
        scenario.days = self.days.unwrap_or(scenario.days);
        scenario.seed = self.seed.unwrap_or(scenario.seed);
        for host in &mut scenario.hosts {
            host.down.extend(&self.outages);
        }
        Ok(scenario)
    }
}

/// `2027-03-01/21d`.
fn outage(text: &str) -> Result<Interval, String> {
    let (from, lasting) = text.split_once('/').ok_or("an outage is written like 2027-03-01/21d")?;
    let from = values::time(from)?;
    let lasting = values::span(lasting)?;
    if lasting == Span::ZERO {
        return Err("an outage lasts longer than nothing".to_owned());
    }
    Ok(Interval { from, until: from.plus(lasting) })
}

fn write(file: &OutFile, text: &dyn Fn() -> String) -> Result<(), Failure> {
    match file.path() {
        Some(path) => file.write(path, Readers::Umask, |out| {
            out.write_all(text().as_bytes()).map_err(|error| Failure::file(path, &error))
        }),
        None if file.is_standard_output() => {
            out!("{}", text());
            Ok(())
        }
        None => Ok(()),
    }
}

fn print(scenario: &Scenario, outcome: &Outcome) {
    outln!("{}", scenario.title);
    outln!();
    for sentence in outcome.sentences(scenario, &output::time) {
        output::paragraph(0, &format!("- {sentence}"));
    }
    outln!();
    let mut table = Table::new([
        Column::new("DAY"),
        Column::new("LICENSED"),
        Column::new("GRACE"),
        Column::new("UNACTIVATED"),
        Column::new("REDUCED"),
        Column::new("COUNTED"),
        Column::new("LEASES"),
        Column::new("ATTEMPTS").rank(1),
        Column::new("PER SECOND").rank(0),
    ]);
    for day in outcome.days.chunks(outcome.days.len().div_ceil(MAX_ROWS).max(1)).filter_map(|days| days.last()) {
        let at = day.standings;
        let sum = |of: &dyn Fn(&leasehold_simulation::StoreDay) -> u64| day.stores.iter().map(of).sum::<u64>();
        let numbers = [
            at.licensed,
            at.grace,
            at.unactivated,
            at.reduced,
            sum(&|store| store.counted),
            sum(&|store| store.live),
            day.granted + day.refused + day.unanswered,
            page::busiest(day),
        ];
        let [licensed, grace, unactivated, reduced, counted, live, attempts, busiest] =
            numbers.map(|number| number.to_string());
        let date = page::date(day.date);
        table.row([date, licensed, grace, unactivated, reduced, counted, live, attempts, busiest]);
    }
    table.print();
}

fn value(scenario: &Scenario, outcome: &Outcome) -> Value {
    let peak = |peak: Option<Peak>| peak.map(|peak| json!({ "at": peak.at.unix(), "requests": peak.requests }));
    let days: Vec<Value> = outcome
        .days
        .iter()
        .map(|day| {
            let stores = day.stores.iter().zip(&outcome.stores);
            let store = |(store, name): (&leasehold_simulation::StoreDay, &String)| {
                json!({ "store": name, "counted": store.counted, "leases": store.live })
            };
            json!({
                "date": page::date(day.date),
                "licensed": day.standings.licensed, "grace": day.standings.grace,
                "unactivated": day.standings.unactivated, "reduced": day.standings.reduced,
                "granted": day.granted, "refused": day.refused, "unanswered": day.unanswered,
                "busiest_second": page::busiest(day),
                "stores": stores.map(store).collect::<Vec<_>>(),
            })
        })
        .collect();
    let thresholds = outcome.thresholds.iter().map(
        |change| json!({ "store": change.store, "at": change.at.unix(), "met": change.met, "counted": change.counted }),
    );
    let outages = outcome.outages.iter().map(|outage| {
        json!({
            "hosts": outage.hosts, "from": outage.during.from.unix(), "until": outage.during.until.unix(),
            "missed": outage.missed, "lost": outage.lost, "waiting": outage.waiting,
            "first_end": outage.first_end.map(Timestamp::unix), "busiest_second_after": peak(outage.after),
        })
    });
    let refusals = outcome.refusals.iter().map(|refusals| {
        json!({
            "code": refusals.code.name(), "count": refusals.count,
            "first": refusals.first.unix(), "last": refusals.last.unix(),
        })
    });
    json!({
        "title": scenario.title, "seed": scenario.seed,
        "answers": outcome.sentences(scenario, &|time| time.to_string()),
        "thresholds": thresholds.collect::<Vec<_>>(),
        "outages": outages.collect::<Vec<_>>(),
        "refusals": refusals.collect::<Vec<_>>(),
        "busiest_second": peak(outcome.busiest_second), "busiest_hour": peak(outcome.busiest_hour),
        "lease_ends": { "at": outcome.ends.at.unix(), "weeks": outcome.ends.weeks },
        "days": days,
    })
}

/// So many rows show a course.
const MAX_ROWS: usize = 24;
