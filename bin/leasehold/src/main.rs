//! The one binary of Leasehold: a file per command reads its input, calls the library that does the work, prints, exits.
#![warn(clippy::print_stdout, clippy::print_stderr)]

#[macro_use]
mod terminal;

mod cli;
mod commands;
mod failure;
mod hardening;
mod ids;
mod input;
mod operator;
mod out_file;
mod output;
mod stores;
mod system;
mod table;
mod values;

use std::env;
use std::io;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use leasehold_core::Code;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;

fn main() -> ExitCode {
    hardening::turn_off_core_dumps();
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    terminal::set_display(cli.display());
    let output = cli.output();
    let done = log().and_then(|()| cli.command.run(output));
    let status = match &done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(output),
    };
    output::written().map_or_else(|failure| failure.report(output), |()| status)
}

/// Help and versions are data, a wrong command line is talk; either may be unable to be written.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render();
    if error.use_stderr() && cli::asks_for_json(env::args_os()) {
        return cli::failure(&text.to_string()).report(Output::Json);
    }
    if error.use_stderr() {
        err!("{}", hardening::without_product_keys(&text.ansi().to_string()));
    } else {
        out!("{}", text.ansi());
    }
    let status = u8::try_from(error.exit_code()).unwrap_or(2);
    output::written().map_or_else(|failure| failure.report(Output::Human), |()| ExitCode::from(status))
}

/// Events go to standard error: warnings and errors, or what `LEASEHOLD_LOG` asks for (`info`, `leasehold_host=debug`).
/// With `LEASEHOLD_LOG_FORMAT=json` each is one line of JSON.
fn log() -> Result<(), Failure> {
    let asked = env::var("LEASEHOLD_LOG").unwrap_or_else(|_| "warn".to_owned());
    let wrong = |error| Failure::failed(Code::Usage, format!("LEASEHOLD_LOG={asked}: {error}"));
    let levels: Targets = asked.parse().map_err(wrong)?;
    let default = levels.default_level().unwrap_or(LevelFilter::WARN);
    let layer = fmt::layer().with_writer(io::stderr).log_internal_errors(false);
    let layer = match env::var("LEASEHOLD_LOG_FORMAT").as_deref() {
        Ok("json") => layer.json().boxed(),
        _ => layer.with_ansi(is_coloured()).with_target(false).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(levels.with_default(default))).init();
    Ok(())
}

/// As for all else that is printed: `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM=dumb` have their say.
fn is_coloured() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}
