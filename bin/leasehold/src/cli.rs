//! The command line: help, completions and manual come from this one definition.

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::commands::Command;
use crate::terminal::{Display, Ids, Output, Zone};

/// Volume activation on your own network: hosts, leases, keys.
#[derive(Debug, Parser)]
#[command(name = "leasehold", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print data as JSON.
    #[arg(long, global = true)]
    json: bool,
    /// Show ids with all their digits, also where the terminal is too narrow for them.
    #[arg(long, global = true)]
    full_ids: bool,
    /// Show times in this machine's zone instead of UTC; JSON has seconds since 1970 always.
    #[arg(long, global = true)]
    local: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// What was typed.
    ///
    /// # Errors
    /// A command line that cannot be understood; help and version, which are printed instead of running a command.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command().try_get_matches()?)
    }

    /// For whom the command prints.
    pub(crate) const fn output(&self) -> Output {
        if self.json { Output::Json } else { Output::Human }
    }

    /// How it shows ids and times.
    pub(crate) const fn display(&self) -> Display {
        Display {
            ids: if self.full_ids { Ids::Full } else { Ids::Short },
            zone: if self.local { Zone::Local } else { Zone::Utc },
        }
    }
}

/// The whole definition, with examples at the foot of each command's help.
pub(crate) fn command() -> clap::Command {
    with_examples(Cli::command(), "")
}

fn with_examples(command: clap::Command, path: &str) -> clap::Command {
    let is_a_group = command.is_subcommand_required_set() || command.is_arg_required_else_help_set();
    let command = command.mut_subcommands(|below| {
        let path = format!("{path}{} ", below.get_name());
        with_examples(below, &path)
    });
    if is_a_group && command.has_subcommands() {
        return command;
    }
    let shown = examples(path).map(|line| format!("  leasehold {line}\n"));
    command.after_help(format!("Examples:\n{}", shown.collect::<String>().trim_end()))
}

/// The examples of the command at `path`, whose words each have a blank behind them.
fn examples(path: &str) -> impl Iterator<Item = &'static str> {
    EXAMPLES.lines().filter(move |line| line.starts_with(path) || *line == path.trim_end())
}

const EXAMPLES: &str = include_str!("examples.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_examples_that_are_understood() {
        let mut paths = Vec::new();
        collect(&command(), "", &mut paths);
        for path in &paths {
            assert!(examples(path).count() >= 2, "examples of {path}");
        }
        for line in EXAMPLES.lines() {
            assert!(paths.iter().any(|path| examples(path).any(|own| own == line)), "{line}: no such command");
            let understood = command().try_get_matches_from(words(&format!("leasehold {line}")));
            assert!(understood.is_ok(), "{line}: {}", understood.expect_err("an error"));
        }
    }

    fn collect(command: &clap::Command, path: &str, paths: &mut Vec<String>) {
        if !command.has_subcommands() || (!command.is_subcommand_required_set() && !path.is_empty()) {
            paths.push(path.to_owned());
        }
        for below in command.get_subcommands() {
            collect(below, &format!("{path}{} ", below.get_name()), paths);
        }
    }

    /// The words of a line as a shell takes them; quotes are double ones.
    fn words(line: &str) -> Vec<String> {
        let parts = line.split('"').enumerate();
        let words = parts.flat_map(|(n, part)| if n % 2 == 1 { vec![part] } else { part.split(' ').collect() });
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        command().debug_assert();
    }
}
