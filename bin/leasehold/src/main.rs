//! The one binary of Leasehold: a file per command reads its input, calls the library that does the work, prints, exits.
#![warn(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
mod terminal;

mod commands;
mod documents;
mod failure;
mod hardening;
mod ids;
mod input;
mod logging;
mod operator;
mod out_file;
mod output;
mod prompt;
mod qr;
mod stores;
mod system;
mod system_service;
mod table;
mod toml_file;
mod values;
mod wildcards;

use std::env;
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::commands::cli::{self, Cli};
use crate::output::Output;

fn main() -> ExitCode {
    hardening::turn_off_core_dumps();
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    terminal::set_display(cli.display());
    let output = cli.output();
    let done = logging::begin().and_then(|()| cli.command.run(output));
    let status = match &done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(output),
    };
    output::written().map_or_else(|failure| failure.report(output), |()| status)
}

/// Help and versions are data, a wrong command line is talk; either may be unable to be written.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render();
    let asks_for_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if error.use_stderr() {
        let output = if cli::asks_for_json(env::args_os()) { Output::Json } else { Output::Human };
        if output == Output::Json || !asks_for_help {
            return cli::failure(error, &env::args_os().collect::<Vec<_>>()).report(output);
        }
        err!("{}", text.ansi());
    } else {
        out!("{}", text.ansi());
    }
    let status = u8::try_from(error.exit_code()).unwrap_or(2);
    output::written().map_or_else(|failure| failure.report(Output::Human), |()| ExitCode::from(status))
}
