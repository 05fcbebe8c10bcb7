//! A client's standing and what it rests on, for people and for programs.

use leasehold_client::{Client, LastFailure, Note, Status, Tried, json};
use leasehold_core::standing::Mode;
use leasehold_core::{Standing, Text};
use leasehold_wire::Method;

use crate::output::{self, Output, time};

/// Prints `status`; problems with the state directory go to standard error.
pub(crate) fn print(client: &Client, status: &Status, output: Output) {
    warn(&status.notes, output);
    match output {
        Output::Json => output::json(&json::status(client, status)),
        Output::Human => {
            if status.clock.set_back {
                let least = time(status.clock.now);
                errln!("warning: clock: it is set back; the time is at least {least}, and that time is used");
            }
            output::rows(&rows(client, status));
        }
    }
}

/// Warns of problems with the state directory; JSON has them among the data.
pub(crate) fn warn(notes: &[Note], output: Output) {
    if output == Output::Human {
        for note in notes {
            errln!("warning: {note} [{}]", note.code());
        }
    }
}

/// Warns of the hosts that have not answered before one did.
pub(crate) fn warn_of_hosts(passed_over: &[Tried], output: Output) {
    if output == Output::Human {
        for tried in passed_over {
            errln!("warning: {tried} [{}]", tried.failure.code());
        }
    }
}

/// Notes that the host counts the lease that was replaced until its end.
pub(crate) fn warn_of_a_lease_replaced(before: &Status, output: Output) {
    let of_a_host = before.lease.as_ref().filter(|lease| matches!(lease.method, Method::Host | Method::Subscription));
    if let (Some(lease), Output::Human) = (of_a_host, output) {
        let until = lease.expires.map_or_else(String::new, |end| format!(" until {}", time(end)));
        errln!("note: the host's lease that this one replaces is counted there{until}");
    }
}

/// Why the standing is what it is, in words.
pub(crate) fn reason(standing: &Standing) -> Option<&'static str> {
    standing.why().map(|why| why.code().meaning())
}

fn rows(client: &Client, status: &Status) -> Vec<(String, String)> {
    let manifest = client.manifest();
    let standing = &status.standing;
    let lease = status.lease.as_ref();
    let word = match reason(standing) {
        Some(reason) => format!("{}: {reason}", standing.name()),
        None => standing.name().to_owned(),
    };
    let from_now = |at| output::time_from(at, status.clock.now);
    let until = match standing {
        Standing::Licensed { until: None, .. } => Some("without end".to_owned()),
        other => other.until().map(from_now),
    };
    let read = status.directory.as_ref();
    let by_directory = read
        .map(|read| format!("by the directory {}, read {}", read.name, output::distance(read.read, status.clock.now)));
    let by_authority = lease.is_some_and(|lease| lease.method == Method::MultipleKey);
    let address = match &status.authority {
        Some(authority) if by_authority => Some(authority.to_string()),
        Some(_) | None => status.host.as_ref().map(ToString::to_string),
    };
    let signer = status.signer.filter(|_| read.is_none());
    let host = match (address, signer) {
        (Some(address), Some(key)) => Some(format!("{address} ({key})")),
        (address, key) => address.or(key.map(|key| key.to_string())),
    };
    let named = names(status.features_in_lease()).join(", ");
    let features = match (status.features_in_lease(), status.features()) {
        ([], _) => None,
        (_, []) => Some(format!("none now; the lease names {named}")),
        (_, _) => Some(named),
    };
    let rows = [
        ("product", Some(format!("{} ({})", manifest.product, manifest.title))),
        ("standing", Some(word)),
        ("until", until),
        ("mode", mode(status.mode).map(str::to_owned)),
        ("next attempt", Some(status.next_attempt.map_or("only on request".to_owned(), from_now))),
        ("last attempt", status.last_failure.as_ref().map(|failure| last_attempt(status, failure))),
        ("proof", status.last_failure.as_ref().and_then(|failure| proof(client, failure))),
        (if by_authority { "authority" } else { "host" }, host),
        ("activated", by_directory),
        ("server", read.map(|read| read.server.clone())),
        ("method", status.method().map(|method| method.name().to_owned())),
        ("features", features),
        ("given back", status.given_back.as_ref().map(|lease| format!("{}: the host was told, not proven", lease.cti))),
        ("device", status.device.map(|device| device.to_string())),
        ("lease", lease.and(client.lease_file()).map(|file| file.display().to_string())),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// When the last attempt was, and why it brought no lease.
pub(crate) fn last_attempt(status: &Status, failure: &LastFailure) -> String {
    let at = status.last_attempt.map(|at| format!("{}: ", output::time_from(at, status.clock.now))).unwrap_or_default();
    let proof = failure.proof().map(|proof| format!(", {proof}")).unwrap_or_default();
    format!("{at}{} [{}]{proof}", failure.message, failure.code)
}

/// The file that proves the refusal.
fn proof(client: &Client, failure: &LastFailure) -> Option<String> {
    failure.proven_by.and(client.refusal_file()).map(|file| file.display().to_string())
}

fn mode(mode: Mode) -> Option<&'static str> {
    match mode {
        Mode::Enforce => None,
        Mode::Advise => Some("advise: the application warns, and is never reduced"),
        Mode::Observe => Some("observe: the application does not warn, and is never reduced"),
    }
}

fn names(features: &[Text]) -> Vec<&str> {
    features.iter().map(Text::as_str).collect()
}
