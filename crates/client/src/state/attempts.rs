//! What an attempt leaves behind: the request that it was made with, and how it ended.

use leasehold_core::{Policy, Span, Timestamp};

use crate::error::Error;
use crate::state::State;
use crate::state::record::{Attempt, LastFailure};

/// Whether a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestState {
    /// It was: the next one has a name of its own.
    Answered,
    /// A lease may have been granted and lost on its way: the next attempt repeats the request.
    Open,
}

/// Remembers that the attempt at `now` brought a lease, or found that the one in hand still holds.
pub(crate) fn succeeded(state: &State, now: Timestamp) -> Result<(), Error> {
    let lock = state.lock()?;
    let mut record = state.record(Some(&lock))?;
    record.attempt = Some(Attempt { at: now, failure: None });
    state.keep_record(&lock, &record)
}

/// Remembers that the attempt at `now` failed for the reason `code`, and when the next is due: after `retry`, else after
/// what the lease in hand or the usual policy says.
pub(crate) fn failed(
    state: &State,
    now: Timestamp,
    (code, message): (&str, String),
    retry: Option<Span>,
    request: RequestState,
) -> Result<(), Error> {
    let lock = state.lock()?;
    let mut record = state.record(Some(&lock))?;
    let policy = || state.held(Some(&lock)).ok().flatten().map(|held| held.lease.retry);
    let retry = retry.or_else(policy).unwrap_or(Policy::default().retry);
    record.attempt = Some(Attempt { at: now, failure: Some(LastFailure::new(code, message, retry)) });
    if request == RequestState::Answered {
        record.request = None;
    }
    state.keep_record(&lock, &record)
}
