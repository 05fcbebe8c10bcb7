//! `leasehold office status`.

mod files;
mod local;
mod print;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use leasehold_core::Code;
use leasehold_files::Readers;
use leasehold_office::fleet::{self, Fleet, Health, Row, Summary};
use leasehold_office::report::{report, write_csv};
use serde_json::json;

use self::files::Reading;
use self::print::Shown;
use crate::failure::Failure;
use crate::input;
use crate::out_file::OutFile;
use crate::output::Output;
use crate::system;
use crate::wildcards;

/// Read what was collected of machines: how each product stands, and when that ends.
///
/// Recognises what Get-CimInstance, wmic and VAMT print or export (lists, tables, CSV, JSON, CLIXML), outputs of ospp.vbs,
/// slmgr.vbs and vnextdiag.ps1, service records of any DNS tool, Test-NetConnection, and licensing events as text, XML, JSON,
/// CSV or log files (.evtx); in any encoding, wrapped, behind the prefix of a log, several machines in one file. What is not
/// recognised is said. No machine or host is asked, unless --local asks this one. Exit status 1 where something needs attention or is not
/// recognised.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Files, folders (with all that is in them), or `-` for standard input.
    #[arg(value_name = "PATH", required_unless_present = "local")]
    paths: Vec<PathBuf>,
    /// Ask this Windows machine: its licences by WMI, those of Microsoft 365 Apps of the user who asks, licensing events, and
    /// KMS hosts in DNS. It is read, and nothing is changed or activated.
    #[arg(long)]
    local: bool,
    /// When the outputs were collected, as a date or a time with its zone; else each file's own time counts.
    #[arg(long, value_name = "TIME", value_parser = time)]
    collected: Option<Timestamp>,
    /// Tell everything as of this day.
    #[arg(long, value_name = "DATE", value_parser = time)]
    today: Option<Timestamp>,
    /// Print the overview as a table for spreadsheets.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Also write a report for a browser, one file that loads nothing; `-` prints it in the place of the overview.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Overwrite the file of --html.
    #[arg(long, requires = "html")]
    force: bool,
    #[command(flatten)]
    shown: Shown,
}

impl Status {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let now = now();
        let page = self.page(output)?;
        let mut reading = Reading::new(self.collected, now);
        if self.local {
            reading.read_machine(&local::ask()?);
        }
        reading.read(&wildcards::expanded(self.paths))?;
        let unread = reading.unread;
        let mut fleet = reading.fleet;
        fleet.sort();
        let summary = fleet.summary(self.today.unwrap_or(now));
        if let Some(path) = page.path() {
            let all =
                |out: &mut dyn Write| write_page(out, &fleet, &summary).map_err(|error| Failure::file(path, &error));
            page.write(path, Readers::Umask, all)?;
            errln!("report written to {}", path.display());
        }
        match output {
            Output::Human if page.is_standard_output() => write_page(&mut io::stdout().lock(), &fleet, &summary),
            Output::Json => print_json(&fleet, &summary, unread, self.shown.sources),
            Output::Human if self.csv => print_csv(&fleet),
            Output::Human => {
                print::print(&fleet, &summary, self.shown);
                Ok(())
            }
        }
        .or_else(|error| closed(&error))?;
        outcome(&fleet, &summary, unread)
    }

    /// Where the report goes. Asked before anything is read, so that a refusal costs no time.
    fn page(&self, output: Output) -> Result<OutFile, Failure> {
        let page = OutFile::named(self.html.clone(), self.force);
        if page.is_standard_output() && (self.csv || output == Output::Json) {
            let failure =
                Failure::failed(Code::Usage, "--html -: standard output takes the report or the table, not both");
            return Err(failure.hint("name a file: --html report.html"));
        }
        page.check()?;
        Ok(page)
    }
}

/// The exit status: 2 where files or sources could not be read, 1 where something needs attention or nothing was found.
fn outcome(fleet: &Fleet, summary: &Summary, unread: u64) -> Result<(), Failure> {
    if unread > 0 {
        return Err(Failure::failed(
            Code::File,
            format!("not all could be read: {unread} failed, and are named above"),
        ));
    }
    if fleet.rows().is_empty() && summary.events == 0 && summary.without_key == 0 {
        let failure = Failure::refused(Code::NothingRead, "no status output, lookup, test or event was found");
        return Err(failure.hint("what to collect: docs/office/status.md, or `leasehold office`"));
    }
    let open = |row: &Row| matches!(row.health, Health::Attention | Health::Unknown);
    if fleet.rows().iter().any(open) { Err(Failure::unhealthy(Code::NeedsAttention)) } else { Ok(()) }
}

/// One line of JSON for each line of the overview, and one for the summary.
fn print_json(fleet: &Fleet, summary: &Summary, unread: u64, sources: bool) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for row in fleet.rows() {
        let mut value = json!(row);
        value["kind"] = json!("line");
        value["reminds_from"] = json!(fleet::reminds_from(row));
        writeln!(out, "{value}")?;
    }
    let mut value = json!(summary);
    value["kind"] = json!("summary");
    value["unread"] = json!(unread);
    if sources {
        let list = fleet::sources(fleet.rows());
        value["sources"] = list.into_iter().map(|(fact, source)| json!({ "fact": fact, "source": source })).collect();
    }
    writeln!(out, "{value}")?;
    out.flush()
}

fn print_csv(fleet: &Fleet) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    write_csv(fleet.rows(), &mut out).map_err(io::Error::other)?;
    out.flush()
}

fn write_page(out: &mut dyn Write, fleet: &Fleet, summary: &Summary) -> io::Result<()> {
    out.write_all(report(fleet.rows(), summary).into_string().as_bytes())?;
    out.flush()
}

/// The reader of a pipe may have read enough.
fn closed(error: &io::Error) -> Result<(), Failure> {
    if system::is_closed_pipe(error) {
        return Ok(());
    }
    Err(Failure::file(Path::new("standard output"), error))
}

fn time(text: &str) -> Result<Timestamp, String> {
    let seconds = crate::values::time(text)?.unix();
    let time = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.ok_or_else(|| "a date is written like 2027-01-31, from 1970 on".to_owned())
}

fn now() -> Timestamp {
    let seconds = i64::try_from(input::now().unix()).unwrap_or_default();
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
