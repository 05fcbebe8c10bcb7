//! `leasehold office`: the workbench for administrators of Microsoft Office estates. It reads, checks and explains; it
//! activates nothing.

mod config;
mod doctor;
mod explain;
mod hunt;
mod lint;
mod own;
mod plan;
mod progress;
mod status;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::Subcommand;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use leasehold_office::read::text;

use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Which command answers which question: what `leasehold office` prints by itself.
pub(crate) const ORDER: &str = "\
In which order:
  a new estate         plan, config, lint, doctor; then collect, and status every month
  an estate you have   status; explain for each code it names; doctor where hosts are not reached; hunt once a year
  one machine          status --local on it, or status FILE; then explain CODE

Collect from a fleet, in any language and without VBScript (asks WMI, changes nothing):
  Get-CimInstance SoftwareLicensingProduct -Filter 'PartialProductKey is not null' \
-ComputerName (Get-Content machines.txt) | Export-Csv status.csv -NoTypeInformation
  leasehold office status status.csv --html report.html";

/// The commands, in the order in which an estate is worked through.
#[derive(Debug, Subcommand)]
pub(crate) enum Office {
    /// 1. Decide: which method activates which machines, and why not another.
    Plan(plan::Make),
    /// 2. Write a deployment file for what was decided.
    Config(Box<config::Config>),
    /// 3. Check deployment files before they are used.
    Lint(lint::Lint),
    /// 4. See whether clients find your KMS hosts by DNS, and whether those answer.
    Doctor(doctor::Doctor),
    /// 5. See how the machines of an estate stand, from what was collected of them.
    Status(status::Status),
    /// 6. Look up what a code, state, event, rule or key means and what to do about it.
    Explain(explain::Explain),
    /// 7. Look for signs of unofficial activators and of rogue KMS hosts in what was collected.
    Hunt(hunt::Search),
}

impl Office {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Plan(command) => command.run(output),
            Self::Config(command) => command.run(output),
            Self::Doctor(command) => command.run(output),
            Self::Lint(command) => command.run(output),
            Self::Explain(command) => command.run(output),
            Self::Hunt(command) => command.run(output),
            Self::Status(command) => command.run(output),
        }
    }
}

/// The text of a file, or of standard input where `path` is `-`, whatever its encoding; at most `most` bytes of it.
fn text_of(path: &Path, max: usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let (max, failed) = (max as u64, |error| Failure::file(path, &error));
    if path == Path::new("-") {
        io::stdin().lock().take(max).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(path).and_then(|file| file.take(max).read_to_end(&mut bytes)).map_err(failed)?;
    }
    Ok(text::decode(&bytes).0.into_owned())
}

/// The same of a file that is written for the command, and not collected.
fn written_text_of(path: &Path, max: usize) -> Result<String, Failure> {
    input::checked_text(path, text_of(path, max)?)
}

/// The day that was named, else the day it is in this machine's time zone.
fn today(named: Option<Date>) -> Date {
    let seconds = i64::try_from(input::now().unix()).unwrap_or(i64::MAX);
    let now = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    named.unwrap_or_else(|| now.to_zoned(TimeZone::system()).date())
}
