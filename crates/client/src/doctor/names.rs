//! What DNS says: the suffixes, and the records under each.

use leasehold_core::{Code, Finding};
use leasehold_discovery::{Candidate, Config, DomainName, Found, LookupOutcome, RecordKind, Searched};

use crate::doctor::likely::Service;
use crate::error::search::SearchError;

/// What the lookup found; `config` is `None` where DNS is not asked.
pub(crate) fn checks(found: &Result<Found, SearchError>, config: Option<&Config>, service: Service) -> Vec<Finding> {
    let found = match found {
        Ok(found) => found,
        Err(error) => return vec![unless_served(service, Finding::failure("DNS", error.code(), error.to_string()))],
    };
    let Some(config) = config else { return vec![Finding::skipped("DNS", "hosts are not looked for in DNS")] };
    let mut findings = vec![suffixes(config, service)];
    let queries = found.searched.iter().filter(|searched| searched.kind == RecordKind::Srv);
    let elsewhere = if found.candidates.is_empty() { Elsewhere::Nothing } else { Elsewhere::Records };
    for searched in queries {
        findings.push(service_record(searched, elsewhere, service));
    }
    findings.extend(found.candidates.iter().map(record));
    findings
}

/// Whether any suffix has records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Elsewhere {
    Records,
    Nothing,
}

fn suffixes(config: &Config, service: Service) -> Finding {
    let servers: Vec<String> = config.servers.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = config.suffixes.iter().map(DomainName::as_str).collect();
    if names.is_empty() {
        let none = "this machine has none: no search domain, and no domain in its own name";
        return unless_served(service, Finding::failure("DNS suffixes", Code::NoSuffix, none));
    }
    Finding::ok("DNS suffixes", format!("{}; asked of {}", names.join(", "), servers.join(", ")))
}

fn service_record(searched: &Searched, elsewhere: Elsewhere, service: Service) -> Finding {
    let (name, outcome) = (format!("DNS {}", searched.name), searched.outcome.to_string());
    match searched.outcome {
        LookupOutcome::Records { unusable: 0, .. } => Finding::ok(name, outcome),
        LookupOutcome::Records { .. } => Finding::warning(name, Code::NameNotFound, outcome),
        LookupOutcome::NoSuchName | LookupOutcome::NoRecord => match elsewhere {
            Elsewhere::Records => Finding::skipped(name, format!("{outcome} here")),
            Elsewhere::Nothing => unless_served(service, Finding::failure(name, Code::NoServiceRecord, outcome)),
        },
        LookupOutcome::Declined
        | LookupOutcome::ServerFailed
        | LookupOutcome::Refused
        | LookupOutcome::Malformed
        | LookupOutcome::NoAnswer
        | LookupOutcome::AliasLoop
        | LookupOutcome::OutOfTime => {
            let code = searched.outcome.code().unwrap_or(Code::Internal);
            match elsewhere {
                Elsewhere::Records => Finding::warning(name, code, outcome),
                Elsewhere::Nothing => unless_served(service, Finding::failure(name, code, outcome)),
            }
        }
    }
}

fn record(candidate: &Candidate) -> Finding {
    let Candidate { target, port, priority, weight, ttl, .. } = candidate;
    let detail = format!("{target}:{port}, priority {priority}, weight {weight}, kept for {ttl}");
    Finding::ok(format!("record under {}", candidate.suffix), detail)
}

/// Where a host serves all the same, DNS is not needed.
fn unless_served(service: Service, failure: Finding) -> Finding {
    match service {
        Service::Unavailable => failure,
        Service::Available => {
            Finding::skipped(failure.name, format!("{}; not needed, a host is known", failure.detail))
        }
    }
}
