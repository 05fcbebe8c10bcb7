//! The command line: help, completions and manual come from this one definition.

use clap::{CommandFactory, FromArgMatches, Parser};

use crate::commands::Command;
use crate::output::Output;

/// Volume activation on your own network: hosts, leases, keys.
#[derive(Debug, Parser)]
#[command(name = "leasehold", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print data as JSON.
    #[arg(long, global = true)]
    json: bool,
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
}

/// The whole definition.
pub(crate) fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_does_not_contradict_itself() {
        command().debug_assert();
    }
}
