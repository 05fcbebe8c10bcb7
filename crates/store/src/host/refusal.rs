//! Refusals as journals keep them: a number, and what is told with it.

use leasehold_core::{Refusal, SignInFault, Span, Timestamp};

/// Numbers are never used again for another refusal: journals keep them.
pub(super) fn refusal_members(refusal: &Refusal) -> (u8, [u64; 3]) {
    match *refusal {
        Refusal::CloneSuspected => (0, [0; 3]),
        Refusal::ThresholdNotMet { count, required, retry } => (1, [count, required, retry.as_seconds()]),
        Refusal::CapacityReached { capacity, retry } => (2, [capacity, retry.as_seconds(), 0]),
        Refusal::HostNotActivated => (3, [0; 3]),
        Refusal::ProductNotGranted => (4, [0; 3]),
        Refusal::KeyMismatch => (5, [0; 3]),
        Refusal::GrantEnded { end } => (6, [end.unix(), 0, 0]),
        Refusal::ClockSkew { client, host } => (7, [client.unix(), host.unix(), 0]),
        Refusal::Revoked => (8, [0; 3]),
        Refusal::Replayed { last } => (9, [last.unix(), 0, 0]),
        Refusal::ClockBehind { sealed, host } => (10, [sealed.unix(), host.unix(), 0]),
        Refusal::DevicesReached { devices, retry } => (11, [devices, retry.as_seconds(), 0]),
        // What was wrong with a token is not kept.
        Refusal::SignInNeeded(_) => (12, [0; 3]),
        Refusal::NotSubscribed => (13, [0; 3]),
    }
}

pub(super) fn refusal_from(number: u8, [a, b, c]: [u64; 3]) -> Option<Refusal> {
    let time = Timestamp::from_unix;
    Some(match number {
        0 => Refusal::CloneSuspected,
        1 => Refusal::ThresholdNotMet { count: a, required: b, retry: Span::seconds(c) },
        2 => Refusal::CapacityReached { capacity: a, retry: Span::seconds(b) },
        3 => Refusal::HostNotActivated,
        4 => Refusal::ProductNotGranted,
        5 => Refusal::KeyMismatch,
        6 => Refusal::GrantEnded { end: time(a) },
        7 => Refusal::ClockSkew { client: time(a), host: time(b) },
        8 => Refusal::Revoked,
        9 => Refusal::Replayed { last: time(a) },
        10 => Refusal::ClockBehind { sealed: time(a), host: time(b) },
        11 => Refusal::DevicesReached { devices: a, retry: Span::seconds(b) },
        12 => Refusal::SignInNeeded(SignInFault::Missing),
        13 => Refusal::NotSubscribed,
        _ => return None,
    })
}
