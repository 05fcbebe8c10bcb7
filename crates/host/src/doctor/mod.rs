//! `leasehold host doctor`: whether a host can serve, is found and is reached; the host's half of `leasehold doctor`.

mod authority;
mod certificate;
mod dns;
mod machines;
mod port;
mod store;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use leasehold_core::Timestamp;
use leasehold_host::authority::Authority;

use super::Data;
use super::config::Config;
use super::dns::options::DnsOptions;
use super::options::AuthorityOptions;
use crate::commands::doctor::finding::Outcome;
use crate::commands::doctor::report::report;
use crate::failure::Failure;
use crate::input;
use crate::output::Output;

/// Find out whether this host can serve, is found and is reached, and what to do where not.
#[derive(Debug, Args)]
pub(crate) struct HostDoctor {
    #[command(flatten)]
    data: Data,
    /// The host's configuration; options given here win.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address at which the host listens [default: 0.0.0.0:16880].
    #[arg(long, visible_alias = "address", value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    authority: AuthorityOptions,
    #[command(flatten)]
    dns: DnsOptions,
}

/// What is examined, once options and configuration are one.
struct DoctorInput {
    data: Data,
    address: SocketAddr,
    dns: DnsOptions,
    /// The authority that is set; else the one that the folder remembers.
    authority: Option<Authority>,
    now: Timestamp,
}

impl HostDoctor {
    /// Examines the host; nothing is changed. Where the configuration cannot be read it fails; all else is found.
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let config = Config::read(self.config.as_deref())?;
        let address = self.listen.unwrap_or(config.address());
        // One that is remembered and cannot be read is a finding.
        let authority = self.authority.set(&config, &self.data.home()).unwrap_or_default();
        let dns = self.dns.or(config.dns.unwrap_or_default());
        let data = self.data.configured(config.store);
        let input = DoctorInput { data, address, dns, authority, now: input::now() };
        let mut findings = certificate::checks(&input);
        findings.extend(authority::checks(&input));
        findings.extend(store::checks(&input));
        findings.extend(port::checks(&input));
        findings.extend(dns::checks(&input));
        findings.extend(machines::checks(&input));
        // In the order in which one thing rests on another: the first that fails is the likeliest cause of the others.
        let first = |outcome| findings.iter().find(move |finding| finding.outcome == outcome);
        let cause = first(Outcome::Failure).or_else(|| first(Outcome::Warning));
        report(&findings, cause, output)
    }
}
