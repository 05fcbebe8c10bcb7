//! The one binary of Leasehold: a file per command reads its input, calls the library that does the work, prints, exits.

mod commands;
mod failure;
mod input;
mod output;
mod stores;
mod values;

use std::ffi::OsString;
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
    let cli = Cli::parse_from(words(std::env::args_os().collect()));
    log();
    let output = if cli.json { Output::Json } else { Output::Human };
    match cli.command.run(output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(output),
    }
}

/// `doctor --host` without an address is the host's own doctor, `host doctor`, and takes its options.
fn words(mut words: Vec<OsString>) -> Vec<OsString> {
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word == text);
    let Some(doctor) = words.iter().position(|word| word == "doctor").filter(|at| !is(at.wrapping_sub(1), "host"))
    else {
        return words;
    };
    let bare = |at: &usize| {
        is(*at, "--host") && words.get(at + 1).is_none_or(|next| next.as_encoded_bytes().starts_with(b"-"))
    };
    if let Some(host) = (doctor..words.len()).find(bare) {
        words.remove(host);
        words.insert(doctor, OsString::from("host"));
    }
    words
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
    fn a_bare_host_turns_the_doctor_to_the_hosts_side() {
        let turned = |line: &str| {
            let words = words(line.split(' ').map(OsString::from).collect());
            words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(turned("leasehold doctor --host"), "leasehold host doctor");
        assert_eq!(turned("leasehold --json doctor --host --data x"), "leasehold --json host doctor --data x");
        assert_eq!(turned("leasehold doctor --host 10.0.0.1"), "leasehold doctor --host 10.0.0.1");
        assert_eq!(turned("leasehold host doctor --data x"), "leasehold host doctor --data x");
        assert_eq!(turned("leasehold explain busy"), "leasehold explain busy");
    }

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        Cli::command().debug_assert();
    }
}
