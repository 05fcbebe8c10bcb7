//! The one binary of Leasehold: a file per command reads its input, calls the library that does the work, prints, exits.

mod commands;
mod failure;
mod input;
mod output;
mod values;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::commands::Command;
use crate::output::Output;

/// Volume activation on your own network: hosts, leases, keys.
#[derive(Debug, Parser)]
#[command(name = "leasehold", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    /// Print data as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    log();
    let output = if cli.json { Output::Json } else { Output::Human };
    match cli.command.run(output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(output),
    }
}

/// Events go to standard error: warnings and errors, or what `LEASEHOLD_LOG` asks for (`info`, `leasehold_host=debug`).
/// With `LEASEHOLD_LOG_FORMAT=json` each is one line of JSON.
fn log() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).with_env_var("LEASEHOLD_LOG");
    let events = tracing_subscriber::fmt().with_env_filter(filter.from_env_lossy()).with_writer(std::io::stderr);
    match std::env::var("LEASEHOLD_LOG_FORMAT").as_deref() {
        Ok("json") => events.json().init(),
        _ => events.with_target(false).init(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        Cli::command().debug_assert();
    }
}
