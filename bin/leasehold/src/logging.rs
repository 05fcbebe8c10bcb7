//! What is logged, as `LEASEHOLD_LOG` and `LEASEHOLD_LOG_FORMAT` ask. Events go to standard error.

use std::env;
use std::io;

use anstream::{AutoStream, ColorChoice};
use leasehold_core::Code;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::failure::Failure;
#[cfg(windows)]
use crate::system_service;

/// The variables, for help.
pub(crate) const HELP: &str = "\
Environment:
  LEASEHOLD_LOG         what is logged on standard error: off, error, warn,
                        info, debug or trace [default: warn]; or by part, as in
                        info,leasehold_host=debug
  LEASEHOLD_LOG_FORMAT  text, json for one JSON object a line, or journald for
                        systemd's journal, with fields [default: journald
                        where standard error leads there, else text]
  NO_COLOR              no colours; there are none anyway where output is no
                        terminal

`leasehold explain lease` says what a word means (lease, host, seal, drift, …),
`leasehold explain --words` lists them all; the tour is docs/tour.md.";

/// Begins to log.
///
/// # Errors
/// A variable that cannot be understood: what an administrator wanted to see must not be missing in silence.
pub(crate) fn begin() -> Result<(), Failure> {
    let levels = levels(&variable(LEVELS).unwrap_or_else(|| "warn".to_owned()))?;
    #[cfg(windows)]
    if system_service::is_service() {
        // A service has no standard error; the event log adds time and program by itself.
        let entry = || leasehold_windows::event_log::Entry::new(system_service::EVENT_SOURCE);
        let layer = fmt::layer().with_writer(entry).without_time().with_ansi(false).with_target(false);
        tracing_subscriber::registry().with(layer.with_filter(levels)).init();
        return Ok(());
    }
    // A console of Windows understands colours once it is told to: the stream does that, as for all else that is printed.
    let layer = fmt::layer().with_writer(anstream::stderr).log_internal_errors(false);
    let layer = match variable(FORMAT).as_deref() {
        None if journald::is_standard_error() => journald::layer()?,
        Some("journald") => journald::layer()?,
        None | Some("text") => layer.with_ansi(is_coloured()).with_target(false).boxed(),
        Some("json") => layer.json().boxed(),
        Some(other) => {
            let message = format!("{FORMAT}={other}: no such format");
            return Err(Failure::failed(Code::Usage, message).hint("it is text, json or journald"));
        }
    };
    tracing_subscriber::registry().with(layer.with_filter(levels)).init();
    Ok(())
}

/// The journal of systemd: each event with its fields, by which `journalctl` finds it.
#[cfg(target_os = "linux")]
mod journald {
    use std::io;

    use leasehold_core::Code;
    use tracing::Subscriber;
    use tracing_subscriber::Layer;
    use tracing_subscriber::registry::LookupSpan;

    use super::{FORMAT, variable};
    use crate::failure::Failure;

    /// Whether standard error leads there: device and inode as systemd.exec(5) gives them.
    pub(super) fn is_standard_error() -> bool {
        let (stream, file) = (variable("JOURNAL_STREAM"), rustix::fs::fstat(io::stderr()));
        stream.zip(file.ok()).is_some_and(|(stream, file)| stream == format!("{}:{}", file.st_dev, file.st_ino))
    }

    pub(super) fn layer<S: Subscriber + for<'s> LookupSpan<'s>>() -> Result<Box<dyn Layer<S> + Send + Sync>, Failure> {
        let journal = tracing_journald::layer().map_err(|error| {
            let message = format!("{FORMAT}=journald: systemd's journal cannot be reached: {error}");
            Failure::failed(Code::Usage, message).hint(format!("set {FORMAT} to text or json"))
        })?;
        Ok(journal.with_field_prefix(Some("LEASEHOLD".to_owned())).boxed())
    }
}

#[cfg(not(target_os = "linux"))]
mod journald {
    use leasehold_core::Code;
    use tracing::Subscriber;
    use tracing_subscriber::Layer;

    use super::FORMAT;
    use crate::failure::Failure;

    pub(super) fn is_standard_error() -> bool {
        false
    }

    pub(super) fn layer<S: Subscriber>() -> Result<Box<dyn Layer<S> + Send + Sync>, Failure> {
        let message = format!("{FORMAT}=journald: this system has no systemd");
        Err(Failure::failed(Code::Usage, message).hint(format!("set {FORMAT} to text or json")))
    }
}

/// A level for all, or for parts of the program (`leasehold_host=debug`), by commas. A word that is neither is an error:
/// the library alone would take it for the name of a part.
fn levels(asked: &str) -> Result<Targets, Failure> {
    let mut levels = Targets::new().with_default(LevelFilter::WARN);
    for word in asked.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let (part, level) =
            word.split_once('=').map_or((None, word), |(part, level)| (Some(part.trim()), level.trim()));
        let known = LEVEL_NAMES.contains(&level.to_ascii_lowercase().as_str());
        let level = level.parse::<LevelFilter>().ok().filter(|_| known && part != Some(""));
        let level = level.ok_or_else(|| {
            Failure::failed(Code::Usage, format!("{LEVELS}={asked}: {word} is no level")).hint(format!(
                "levels are {}; one for a part of the program is written like leasehold_host=debug",
                LEVEL_NAMES.join(", ")
            ))
        })?;
        levels = match part {
            Some(part) => levels.with_target(part, level),
            None => levels.with_default(level),
        };
    }
    Ok(levels)
}

/// As for all else that is printed: `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM=dumb` have their say.
fn is_coloured() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

const LEVELS: &str = "LEASEHOLD_LOG";
const FORMAT: &str = "LEASEHOLD_LOG_FORMAT";
const LEVEL_NAMES: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn levels_are_for_all_and_for_parts_and_anything_else_is_an_error() {
        let shown = |asked: &str, part: &str, level: Level| levels(asked).expect("levels").would_enable(part, &level);
        assert!(shown("info", "leasehold_host", Level::INFO) && !shown("info", "leasehold_host", Level::DEBUG));
        assert!(shown("", "leasehold_host", Level::WARN) && !shown("", "leasehold_host", Level::INFO));
        let parts = "error, leasehold_host=DEBUG";
        assert!(shown(parts, "leasehold_host", Level::DEBUG) && !shown(parts, "leasehold_service", Level::WARN));
        assert!(shown("leasehold_host=info", "leasehold_service", Level::WARN), "the default stays");
        for wrong in ["verbose", "warning", "info,verbose", "leasehold_host=loud", "=info", "5", "leasehold_host="] {
            assert!(levels(wrong).is_err(), "{wrong}");
        }
    }
}
