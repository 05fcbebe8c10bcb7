//! `leasehold office doctor`.

use std::time::Duration;

use clap::Args;
use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::Code;
use leasehold_core::finding::{CheckOutcome, Finding};
use leasehold_discovery::{Config, DomainName};
use leasehold_office::doctor::{self, Asked};
use serde_json::json;

use super::own::OwnOptions;
use crate::commands::host::dns_options::NameServer;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::values;

/// Whether clients find your KMS hosts by DNS, and those answer.
///
/// Looks up the SRV records `_vlmcs._tcp` of each domain, their targets' addresses, and opens a TCP connection to each. No
/// byte of an activation protocol is sent. Exit status 1 where something is wrong.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// DNS suffixes of the clients [default: those of this machine].
    #[arg(value_name = "DOMAIN", num_args = 0..=64)]
    domains: Vec<DomainName>,
    /// Name server to ask, and its port where that is not 53; several by commas [default: this machine's].
    #[arg(long = "server", visible_alias = "dns-server", value_name = "ADDRESS", value_delimiter = ',')]
    servers: Vec<NameServer>,
    #[command(flatten)]
    own: OwnOptions,
    /// Milliseconds that a connection may take.
    #[arg(long, value_name = "MS", default_value_t = 3_000, value_parser = values::whole::<u64>(1..=60_000))]
    timeout: u64,
    /// Show the rule that a finding comes under, with where it was read.
    #[arg(long)]
    sources: bool,
}

impl Doctor {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let own = self.own.read()?;
        let asked = self.asked()?;
        let seen = doctor::look(&asked, &own, &SystemClock, &SystemRng);
        let findings = doctor::judge(&seen, &own);
        match output {
            Output::Json => {
                output::json(&json!({ "seen": seen, "checks": findings.iter().map(value).collect::<Vec<_>>() }));
            }
            Output::Human => self.print(&findings),
        }
        match findings.iter().find(|finding| finding.is_failure()) {
            Some(failure) => Err(Failure::unhealthy(failure.code.unwrap_or(Code::Internal))),
            None => Ok(()),
        }
    }

    fn asked(&self) -> Result<Asked, Failure> {
        let mut servers: Vec<_> = self.servers.iter().map(|server| server.0).collect();
        let mut domains = self.domains.clone();
        if servers.is_empty() || domains.is_empty() {
            let machine =
                Config::of_this_machine().map_err(|error| Failure::failed(error.code(), error.to_string()))?;
            servers = if servers.is_empty() { machine.servers } else { servers };
            domains = if domains.is_empty() { machine.suffixes } else { domains };
        }
        if domains.is_empty() {
            return Err(Failure::failed(Code::Usage, "no domain is named, and this machine has none")
                .hint("name the DNS suffixes of the clients: `leasehold office doctor corp.example.com`"));
        }
        Ok(Asked { domains, servers, timeout: Duration::from_millis(self.timeout) })
    }

    fn print(&self, findings: &[Finding]) {
        for finding in findings {
            let Finding { name, outcome, code, rule, detail, .. } = finding;
            let marks: Vec<&str> = [code.map(Code::name), *rule].into_iter().flatten().collect();
            let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
            output::paragraph(0, &format!("{outcome:7}  {name}: {detail}{marks}"));
            if let Some(next) = next(finding) {
                output::paragraph(9, &format!("next: {next}"));
            }
            let rule = rule
                .filter(|_| self.sources)
                .and_then(|rule| leasehold_office::facts::indicators::INDICATORS.rule(rule));
            if let Some(rule) = rule {
                output::paragraph(9, &format!("{}: {}; source: {}", rule.id, rule.why, rule.source));
            }
        }
        let count = |outcome: CheckOutcome| findings.iter().filter(|finding| finding.outcome == outcome).count();
        let told = match (count(CheckOutcome::Failure), count(CheckOutcome::Warning)) {
            (0, 0) => "nothing is wrong".to_owned(),
            (failures, warnings) => format!("failures: {failures}, warnings: {warnings}"),
        };
        outln!("\n{told}");
    }
}

/// What to do about a finding that is worth it.
fn next(finding: &Finding) -> Option<&str> {
    let worth = matches!(finding.outcome, CheckOutcome::Warning | CheckOutcome::Failure);
    finding.hint().filter(|_| worth)
}

fn value(finding: &Finding) -> serde_json::Value {
    json!({
        "name": finding.name,
        "outcome": finding.outcome.name(),
        "code": finding.code.map(Code::name),
        "rule": finding.rule,
        "detail": finding.detail,
        "next": next(finding),
    })
}
