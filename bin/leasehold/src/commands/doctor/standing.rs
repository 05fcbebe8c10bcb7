//! What hosts said to this client, how it stands, and when it asks next.

use leasehold_client::{Answer, Error, Outcome, Setback, Status};
use leasehold_core::{Grant, Standing, Timestamp, codes};

use super::finding::{Finding, Serves};
use crate::output::time;

/// What came of asking for a lease.
pub(super) fn attempt(answer: &Result<Answer, Error>) -> Finding {
    match answer {
        Ok(Answer { outcome: Outcome::Granted(granted), .. }) => {
            Finding::ok("asked for a lease", format!("granted by {}", granted.host))
        }
        Ok(Answer { outcome: Outcome::Held(_), .. }) => {
            Finding::skipped("asked for a lease", "the one of a multiple key needs no other")
        }
        // The checks that follow say what it means.
        Ok(Answer { outcome: Outcome::Refused(refused), .. }) => {
            Finding::skipped("asked for a lease", format!("the host said no: {refused}"))
        }
        Err(error) => Finding::skipped("asked for a lease", format!("no answer: {error}")),
    }
}

/// `grant` is what a host has for the product.
pub(super) fn check(status: &Status, grant: Option<&Grant>, serves: Serves, now: Timestamp) -> Vec<Finding> {
    let said = |code: &str| status.setback.as_ref().filter(|setback| setback.code == code);
    let mut findings = vec![
        told("threshold", said("threshold-not-met"), || threshold(status, grant)),
        told("capacity", said("capacity-reached"), || capacity(grant)),
        told("revocation", said("revoked"), || revocation(status)),
    ];
    let apart = status.setback.as_ref().filter(|setback| !SPLIT.contains(&setback.code.as_str()));
    findings.extend(apart.map(|setback| last_attempt(setback, serves)));
    findings.push(standing(&status.standing));
    findings.push(next(status, now));
    findings
}

/// How a client stands that was activated with a multiple key: no host has a say in it.
pub(super) fn check_keyed(status: &Status, now: Timestamp) -> Vec<Finding> {
    let method = "the lease is one of a multiple key: no host is asked";
    let mut findings = vec![Finding::skipped("hosts", method), revocation(status)];
    // That the vendor's list could not be fetched changes nothing today.
    let warn = |Setback { code, message, .. }: &Setback| Finding::warning("last attempt", code, message.clone());
    findings.extend(status.setback.as_ref().map(warn));
    findings.push(standing(&status.standing));
    findings.push(next(status, now));
    findings
}

/// What the host said of it at the last attempt, or `otherwise`.
fn told(name: &str, said: Option<&Setback>, otherwise: impl FnOnce() -> Finding) -> Finding {
    said.map_or_else(otherwise, |setback| Finding::failure(name, &setback.code, setback.message.clone()))
}

fn threshold(status: &Status, grant: Option<&Grant>) -> Finding {
    let count = status.lease.as_ref().and_then(|lease| lease.count);
    match (count, grant) {
        (Some(count), Some(grant)) => {
            let required = grant.policy.threshold;
            Finding::ok("threshold", format!("{count} machines had asked at the last lease, {required} are needed"))
        }
        (Some(count), None) => Finding::ok("threshold", format!("{count} machines had asked at the last lease")),
        (None, Some(grant)) => {
            let required = grant.policy.threshold;
            let unknown = "how many have, a host only tells who asks: `--ask`";
            Finding::skipped("threshold", format!("{required} machines have to ask; {unknown}"))
        }
        (None, None) => Finding::skipped("threshold", "no host has told"),
    }
}

fn capacity(grant: Option<&Grant>) -> Finding {
    match grant.map(|grant| grant.policy.capacity) {
        Some(Some(capacity)) => Finding::ok("capacity", format!("{capacity} leases at once; none was refused here")),
        Some(None) => Finding::ok("capacity", "unlimited"),
        None => Finding::skipped("capacity", "no host has told"),
    }
}

fn revocation(status: &Status) -> Finding {
    match status.standing.why() {
        Some(leasehold_core::Why::Revoked) => Finding::failure("revocation", "revoked", "the lease is revoked"),
        Some(_) | None if status.lease.is_some() => Finding::ok("revocation", "the lease is not revoked"),
        Some(_) | None => Finding::skipped("revocation", "there is no lease"),
    }
}

/// What came between at the last attempt, where no check of its own is for it. That no host answered is over once one does.
fn last_attempt(setback: &Setback, serves: Serves) -> Finding {
    let Setback { code, message, .. } = setback;
    let of_the_way = message.starts_with("host ") || code == "no-host";
    match serves {
        Serves::Somebody if of_the_way => Finding::skipped("last attempt", format!("{message}; a host answers now")),
        Serves::Nobody if of_the_way => Finding::skipped("last attempt", message.clone()),
        Serves::Somebody | Serves::Nobody => Finding::failure("last attempt", code, message.clone()),
    }
}

fn standing(standing: &Standing) -> Finding {
    let (name, word) = ("standing", standing.name());
    let why = standing.why().map(leasehold_core::Why::code);
    let reason = why.and_then(codes::find).map_or_else(String::new, |code| format!(": {}", code.meaning));
    let until = standing.until().map_or_else(String::new, |until| format!(", until {}", time(until)));
    let detail = format!("{word}{reason}{until}");
    match standing {
        Standing::Licensed { .. } => Finding::ok(name, detail),
        Standing::Unactivated { .. } => Finding::warning(name, "no-lease", detail),
        Standing::Grace { .. } => Finding::warning(name, why.unwrap_or("expired"), detail),
        Standing::Reduced { .. } => Finding::failure(name, why.unwrap_or("expired"), detail),
    }
}

fn next(status: &Status, now: Timestamp) -> Finding {
    match status.next_attempt {
        Some(at) if at <= now => Finding::ok("next attempt", "now, as soon as the application runs"),
        Some(at) => Finding::ok("next attempt", time(at)),
        None => Finding::ok("next attempt", "when told to"),
    }
}

/// What has a check of its own.
const SPLIT: &[&str] = &["threshold-not-met", "capacity-reached", "revoked"];
