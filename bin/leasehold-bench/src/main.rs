//! Measures what this machine can do, and what an activation host makes of it, over real sockets and a real disk.
//!
//! A tool for those who work on Leasehold; it is not shipped. The host under test is this very program in a process of
//! its own, so that its time and memory are its own.
#![expect(clippy::disallowed_macros, reason = "a tool at hand: where its output cannot be written it may panic")]

mod fleet;
mod host;
mod journal;
mod limits;
mod load;
mod measure;
mod median;
mod pages;
mod process;
mod report;
mod store;
mod system;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A failure in words.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measure this machine, and the host on it.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    measure: measure::Measure,
    #[command(subcommand)]
    host: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve as the host under test until terminated.
    #[command(hide = true)]
    Host(host::Host),
    /// Fill a store with clients, and time the pages of the dashboard.
    Pages(pages::Pages),
    /// Make a journal of any size, and verify it.
    #[command(subcommand)]
    Journal(journal::Journal),
}

fn main() -> ExitCode {
    let Cli { json, measure, host } = Cli::parse();
    let done = match host {
        Some(Command::Host(host)) => host.run(),
        Some(Command::Pages(pages)) => pages.run(),
        Some(Command::Journal(journal)) => journal.run(),
        None => {
            measure.run().map(|results| if json { anstream::println!("{results:#}") } else { report::print(&results) })
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
