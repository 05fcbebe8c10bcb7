//! `leasehold host dns`: the host's record in DNS, by which machines find it.

mod publish;
mod show;
mod withdraw;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use leasehold_core::Code;
use leasehold_discovery::publish::PublishError;
use leasehold_host::dns::{DnsError, Publication, ZoneEntry, published};

use super::Data;
use super::config::Config;
use super::dns_options::DnsOptions;
use super::local_api::LocalApi;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Dns {
    /// Publish or refresh the host's record; other hosts' records stay.
    Publish(publish::Publish),
    /// Remove the host's record; other hosts' records stay.
    Withdraw(withdraw::Withdraw),
    /// Show all records of the service; the host's own is marked.
    Show(show::Show),
}

impl Dns {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Self::Publish(command) => command.run(output),
            Self::Withdraw(command) => command.run(output),
            Self::Show(command) => command.run(output),
        }
    }
}

/// The settings of one command: options, and what a configuration says besides.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    #[command(flatten)]
    data: Data,
    /// The host's configuration: its `[dns]` and `listen` hold where no option is given.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    options: DnsOptions,
}

impl Settings {
    /// The admin API of the host of this folder, where it serves and no option says how.
    fn host_that_serves(&self) -> Option<LocalApi> {
        if self.config.is_none() && self.options.is_default() { self.data.local_api() } else { None }
    }

    fn publication(self) -> Result<Publication, Failure> {
        let config = Config::read(self.config.as_deref())?;
        let listen = config.address().port();
        let mut options = self.options.or(config.dns.unwrap_or_default());
        // The folder of a host on another machine is not here.
        let folder = Some(self.data.folder).filter(|folder| folder.is_dir());
        let published = folder.as_deref().map(|folder| published(folder, &options.label())).unwrap_or_default();
        if options.is_empty() {
            options = options.within(published.iter().map(|(zone, _)| zone.clone()).collect());
        }
        if options.is_empty() {
            return Err(Failure::failed(Code::Usage, "no zone to publish in is named")
                .hint("`--zone ZONE` names one: the domain in which the machines look, such as corp.example"));
        }
        let last = published.into_iter().next().map(|(_, record)| record);
        Ok(Publication { folder, ..options.publication(listen, last)? })
    }
}

/// What went wrong at `entry`, as the end of a command; `by_hand` is what the administrator of the zone could do.
fn failed(entry: &ZoneEntry, error: &DnsError, by_hand: ByHand) -> Failure {
    let message = format!("zone {}: {error}", entry.zone);
    match error {
        DnsError::Publish(PublishError::KeyFile { path, source }) => Failure::file(path, source),
        DnsError::Publish(
            PublishError::KeyRefused { .. } | PublishError::NotPermitted { .. } | PublishError::Unsupported { .. },
        ) => Failure::refused(error.code(), message).hint(by_hand.hint()),
        DnsError::Publish(
            PublishError::NotTheZones { .. } | PublishError::Alias { .. } | PublishError::ClockApart { .. },
        ) => Failure::refused(error.code(), message),
        DnsError::Publish(_) | DnsError::Lookup(_) => Failure::failed(error.code(), message),
    }
}

/// What the administrator of the zone can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ByHand {
    Add,
    Remove,
    Nothing,
}

impl ByHand {
    fn hint(self) -> &'static str {
        match self {
            Self::Add => {
                "give the record above to the administrator of the zone; or have this host's key allowed there and give it with `--tsig-key-file FILE`"
            }
            Self::Remove => {
                "ask the administrator of the zone to remove the record above; or have this host's key allowed there and give it with `--tsig-key-file FILE`"
            }
            Self::Nothing => "ask the name server that holds the zone: `--server ADDRESS`",
        }
    }
}

/// What was done at one zone, or why not.
type Done<T> = (ZoneEntry, Result<T, DnsError>);

/// Ends a command that has worked at several zones: well, or with all that went wrong.
fn end<T>(done: &[Done<T>], by_hand: ByHand, output: Output) -> Result<(), Failure> {
    let mut failures = done.iter().filter_map(|(entry, done)| {
        let error = done.as_ref().err()?;
        Some(failed(entry, error, by_hand))
    });
    let Some(last) = failures.next_back() else { return Ok(()) };
    for failure in failures {
        // The exit status is the last one's; all are reported.
        let _ = failure.report(output);
    }
    Err(last)
}
