//! How hosts answered this client, its standing, and when it asks next.

use leasehold_core::{Code, Finding, Grant, Standing, Timestamp, Why};

use crate::doctor::likely::Service;
use crate::error::Error;
use crate::session::host::outcome::{Answer, Outcome};
use crate::state::record::LastFailure;
use crate::status::Status;

/// The result of asking for a lease.
pub(crate) fn attempt(answer: &Result<Answer, Error>) -> Finding {
    match answer {
        Ok(Answer { outcome: Outcome::Granted(granted), .. }) => {
            Finding::ok("asked for a lease", format!("granted by {}", granted.host))
        }
        Ok(Answer { outcome: Outcome::Held(_), .. }) => {
            Finding::skipped("asked for a lease", "the one of a multiple key needs no other")
        }
        Ok(Answer { outcome: Outcome::Read(read), .. }) => {
            Finding::ok("asked for a lease", format!("activated by the directory {}", read.name))
        }
        // The checks that follow say what it means.
        Ok(Answer { outcome: Outcome::Refused(refused), .. }) => {
            Finding::skipped("asked for a lease", format!("refused: {refused}"))
        }
        Err(error) => Finding::skipped("asked for a lease", format!("no answer: {error}")),
    }
}

/// `grant` is what a host has for the product.
pub(crate) fn checks(status: &Status, grant: Option<&Grant>, service: Service, now: Timestamp) -> Vec<Finding> {
    let last = |code| status.last_failure.as_ref().filter(|failure| failure.known() == Some(code));
    // What the host has said may have changed since.
    let since = status.last_attempt.map_or_else(String::new, |at| format!(" at {at}"));
    let refused =
        |name, code| last(code).map(|failure| Finding::failure(name, code, format!("{}{since}", describe(failure))));
    let mut findings = vec![
        refused("threshold", Code::ThresholdNotMet)
            .or_else(|| refused("devices", Code::DevicesReached))
            .or_else(|| devices(grant))
            .unwrap_or_else(|| threshold(status, grant)),
        refused("capacity", Code::CapacityReached).unwrap_or_else(|| capacity(grant)),
        refused("revocation", Code::Revoked).unwrap_or_else(|| revocation(status)),
    ];
    let checked = |failure: &&LastFailure| failure.known().is_some_and(|code| CHECKED.contains(&code));
    let other = status.last_failure.as_ref().filter(|failure| !checked(failure));
    findings.extend(other.map(|failure| last_attempt(failure, service)));
    findings.push(standing(&status.standing));
    findings.push(next(status, now));
    findings
}

/// The standing of a client that was activated with a multiple key: hosts play no part in it.
pub(crate) fn checks_with_key(status: &Status, now: Timestamp) -> Vec<Finding> {
    let method = "the lease is one of a multiple key: no host is asked";
    let mut findings = vec![Finding::skipped("hosts", method), revocation(status)];
    // That the vendor's list could not be fetched changes nothing today.
    let warn = |failure: &LastFailure| Finding::warning("last attempt", code(failure), failure.message.clone());
    findings.extend(status.last_failure.as_ref().map(warn));
    findings.push(standing(&status.standing));
    findings.push(next(status, now));
    findings
}

/// The standing of a client that its directory activates: hosts play no part in it.
#[cfg(feature = "directory")]
pub(crate) fn checks_with_directory(status: &Status, now: Timestamp) -> Vec<Finding> {
    let mut findings = vec![Finding::skipped("hosts", "the directory activates this machine: no host is asked")];
    let failed = status.last_failure.as_ref();
    findings.extend(failed.map(|failure| last_attempt(failure, Service::Available)));
    findings.push(standing(&status.standing));
    findings.push(next(status, now));
    findings
}

/// On how many devices each user may be; nothing where the product is for machines.
fn devices(grant: Option<&Grant>) -> Option<Finding> {
    let devices = leasehold_core::count(grant?.policy.devices?, "device", "devices");
    Some(Finding::ok(
        "devices",
        format!("each user who signs in may use {devices} at once; the threshold does not apply"),
    ))
}

fn threshold(status: &Status, grant: Option<&Grant>) -> Finding {
    let count = status.lease.as_ref().and_then(|lease| lease.count);
    match (count, grant.map(|grant| grant.policy.threshold)) {
        (Some(count), Some(required)) => {
            Finding::ok("threshold", format!("{} at the last lease; needed: {required}", asked(count)))
        }
        (Some(count), None) => Finding::ok("threshold", format!("{} at the last lease", asked(count))),
        (None, Some(required)) => {
            let unknown = "a host tells how many have only to a client that asks";
            Finding::skipped(
                "threshold",
                format!("{}; {unknown}", leasehold_core::count(required, "machine has to ask", "machines have to ask")),
            )
        }
        (None, None) => Finding::skipped("threshold", "no host has answered"),
    }
}

fn asked(machines: u64) -> String {
    leasehold_core::count(machines, "machine had asked", "machines had asked")
}

fn capacity(grant: Option<&Grant>) -> Finding {
    match grant.map(|grant| grant.policy.capacity) {
        Some(Some(capacity)) => Finding::ok(
            "capacity",
            format!("{} at once; none was refused here", leasehold_core::count(capacity, "lease", "leases")),
        ),
        Some(None) => Finding::ok("capacity", "unlimited"),
        None => Finding::skipped("capacity", "no host has answered"),
    }
}

fn revocation(status: &Status) -> Finding {
    match status.standing.why() {
        Some(Why::Revoked) => Finding::failure("revocation", Code::Revoked, "the lease is revoked"),
        Some(_) | None if status.lease.is_some() => Finding::ok("revocation", "the lease is not revoked"),
        Some(_) | None if status.directory.is_some() => {
            Finding::ok("revocation", "the activation object is not revoked")
        }
        Some(_) | None => Finding::skipped("revocation", "there is no lease"),
    }
}

/// Why the last attempt failed, where no other check is for it. That no host answered is over once one does.
fn last_attempt(failure: &LastFailure, service: Service) -> Finding {
    let (name, message) = ("last attempt", describe(failure));
    let unreached = failure.is_unanswered();
    match service {
        Service::Available if unreached => Finding::skipped(name, format!("{message}; a host answers now")),
        Service::Unavailable if unreached => Finding::skipped(name, message),
        Service::Available | Service::Unavailable => Finding::failure(name, code(failure), message),
    }
}

fn standing(standing: &Standing) -> Finding {
    let why = standing.why().map(why);
    let reason = why.map_or_else(String::new, |code| format!(": {}", code.meaning()));
    let until = standing.until().map_or_else(String::new, |until| format!(", until {until}"));
    let (name, detail) = ("standing", format!("{}{reason}{until}", standing.name()));
    match standing {
        Standing::Licensed { .. } => Finding::ok(name, detail),
        Standing::Unactivated { .. } => Finding::warning(name, Code::NoLease, detail),
        Standing::Grace { .. } => Finding::warning(name, why.unwrap_or(Code::Expired), detail),
        Standing::Reduced { .. } => Finding::failure(name, why.unwrap_or(Code::Expired), detail),
    }
}

fn why(why: Why) -> Code {
    match why {
        Why::NeverActivated => Code::NeverActivated,
        Why::Expired => Code::Expired,
        Why::Revoked => Code::Revoked,
        Why::AnotherMachine => Code::AnotherMachine,
    }
}

fn next(status: &Status, now: Timestamp) -> Finding {
    match status.next_attempt {
        Some(at) if at <= now => Finding::ok("next attempt", "now, as soon as the application runs"),
        Some(at) => Finding::ok("next attempt", at.to_string()),
        None => Finding::ok("next attempt", "only on request"),
    }
}

/// What the failure says, and whether a host has proved it.
fn describe(failure: &LastFailure) -> String {
    match failure.proof() {
        Some(proof) => format!("{} ({proof})", failure.message),
        None => failure.message.clone(),
    }
}

/// The code of a failure; `refused` for one that this release does not know.
fn code(failure: &LastFailure) -> Code {
    failure.known().unwrap_or(Code::Refused)
}

/// What has a check of its own.
const CHECKED: &[Code] = &[
    Code::ThresholdNotMet,
    Code::CapacityReached,
    Code::Revoked,
    Code::DevicesReached,
    Code::SignInNeeded,
    Code::SignInDeclined,
    Code::SignInInsecure,
    Code::SignInUnavailable,
    Code::ProviderUnreachable,
    Code::ProviderUnusable,
];
