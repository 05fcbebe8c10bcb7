//! What DNS says: the suffixes, and the records under each.

use leasehold_client::SearchError;
use leasehold_client::discovery::{Candidate, Config, DomainName, Found, Kind, Outcome as Looked, Searched};

use super::finding::{Finding, Outcome, Serves};

/// What was met while looking for hosts; `config` is what was asked with, nothing where DNS is not to be asked.
pub(super) fn check(found: &Result<Found, SearchError>, config: Option<&Config>, serves: Serves) -> Vec<Finding> {
    let found = match found {
        Ok(found) => found,
        Err(error) => return vec![unless(serves, Finding::failure("DNS", error.code(), error.to_string()))],
    };
    let Some(config) = config else { return vec![Finding::skipped("DNS", "hosts are not looked for in DNS")] };
    let mut findings = vec![suffixes(config, serves)];
    let services = found.searched.iter().filter(|searched| searched.kind == Kind::Srv);
    let somewhere = !found.candidates.is_empty();
    for searched in services {
        findings.push(service(searched, somewhere, serves));
    }
    findings.extend(found.candidates.iter().map(record));
    findings
}

fn suffixes(config: &Config, serves: Serves) -> Finding {
    let servers: Vec<String> = config.servers.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = config.suffixes.iter().map(DomainName::as_str).collect();
    if names.is_empty() {
        let none = "this machine has none: no search domain, and no domain in its own name";
        return unless(serves, Finding::failure("DNS suffixes", "no-suffix", none));
    }
    Finding::ok("DNS suffixes", format!("{}; asked of {}", names.join(", "), servers.join(", ")))
}

fn service(searched: &Searched, somewhere: bool, serves: Serves) -> Finding {
    let (name, said) = (format!("DNS {}", searched.name), searched.outcome.to_string());
    match searched.outcome {
        Looked::Records { unusable: 0, .. } => Finding::ok(name, said),
        Looked::Records { .. } => Finding::warning(name, "name-not-found", said),
        Looked::NoSuchName | Looked::NoRecord if somewhere => Finding::skipped(name, format!("{said} here")),
        Looked::NoSuchName | Looked::NoRecord => unless(serves, Finding::failure(name, "no-service-record", said)),
        Looked::Declined
        | Looked::ServerFailed
        | Looked::Refused
        | Looked::Nonsense
        | Looked::NoAnswer
        | Looked::AliasLoop
        | Looked::OutOfTime => {
            let code = searched.outcome.code().unwrap_or("internal");
            let failure = Finding::failure(name, code, said);
            if somewhere { Finding { outcome: Outcome::Warning, ..failure } } else { unless(serves, failure) }
        }
    }
}

fn record(candidate: &Candidate) -> Finding {
    let Candidate { target, port, priority, weight, ttl, .. } = candidate;
    let detail = format!("{target}:{port}, priority {priority}, weight {weight}, kept for {ttl}");
    Finding::ok(format!("record under {}", candidate.suffix), detail)
}

/// Where a host serves all the same, DNS is not needed.
fn unless(serves: Serves, failure: Finding) -> Finding {
    match serves {
        Serves::Nobody => failure,
        Serves::Somebody => Finding::skipped(failure.name, format!("{}; not needed, a host is known", failure.detail)),
    }
}
