//! Refusals as problem documents (RFC 9457): what, why, and what to do next.

use std::time::Duration;

use leasehold_core::{Refusal, Span};
use leasehold_service::{Problem, StatusCode};

/// The problem document of a refusal.
pub fn problem(refusal: &Refusal) -> Problem {
    let code = refusal.code();
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let new = |detail: String| Problem::new(code.name(), status, code.meaning(), detail);
    let next = || code.hint().to_owned();
    match *refusal {
        Refusal::ThresholdNotMet { count, required, retry } => {
            let detail = format!("{count} of {required} machines have asked; {}", next());
            wait(new(detail).with("count", count).with("required", required), retry)
        }
        Refusal::CapacityReached { capacity, retry } => {
            let detail = format!("every lease is out: the capacity is {capacity}; {}", next());
            wait(new(detail).with("capacity", capacity), retry)
        }
        Refusal::DevicesReached { devices, retry } => {
            let detail = format!("the user holds a lease on {devices} other devices; {}", next());
            wait(new(detail).with("devices_allowed", devices), retry)
        }
        Refusal::SignInNeeded(fault) => new(format!("{fault}; {}", next())),
        Refusal::ClockSkew { client, host } => {
            let (client, host) = (client.unix(), host.unix());
            let detail =
                format!("the client's clock says {client}, the host's {host} (seconds since 1970); {}", next());
            new(detail).with("client_time", client).with("host_time", host)
        }
        Refusal::ClockBehind { sealed, host } => {
            new(next()).with("sealed_time", sealed.unix()).with("host_time", host.unix())
        }
        Refusal::Replayed { last } => new(next()).with("last", last.unix()),
        Refusal::GrantEnded { end } => new(next()).with("end", end.unix()),
        Refusal::HostNotActivated
        | Refusal::ProductNotGranted
        | Refusal::KeyMismatch
        | Refusal::Revoked
        | Refusal::NotSubscribed
        | Refusal::CloneSuspected => new(next()),
    }
}

fn wait(problem: Problem, retry: Span) -> Problem {
    let seconds = retry.as_seconds();
    problem.with("retry", seconds).with_retry_after(Duration::from_secs(seconds))
}
