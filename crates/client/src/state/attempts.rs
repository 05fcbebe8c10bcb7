//! What an attempt leaves behind: the request that it was made with, and how it ended.

use leasehold_core::{Code, KeyId, Policy, Span, Timestamp};

use crate::error::Error;
use crate::refused::Refused;
use crate::state::State;
use crate::state::files::Lock;
use crate::state::record::{Attempt, LastFailure, Retry};

/// Remembers that the attempt at `now` brought a lease, or found that the one in hand still holds.
pub(crate) fn succeeded(state: &State, now: Timestamp) -> Result<(), Error> {
    let lock = state.lock()?;
    let mut record = state.record(Some(&lock))?;
    record.attempt = Some(Attempt { at: now, failure: None });
    state.keep_record(&lock, &record)
}

/// Remembers a refusal. One that is proven answers the request, and its proof is kept. Another is a message: the request
/// stays open, and the next attempt follows within the policy's retry.
pub(crate) fn refused(state: &State, now: Timestamp, refused: &Refused) -> Result<(), Error> {
    let lock = state.lock()?;
    let mut record = state.record(Some(&lock))?;
    let policy = retry_of_policy(state, &lock);
    let retry = match &refused.proof {
        Some(proof) => {
            state.keep_refusal(&lock, &proof.document)?;
            record.request = None;
            refused.retry.unwrap_or(policy).max(Span::MINUTE)
        }
        None => refused.retry.unwrap_or(policy).min(policy).max(Span::MINUTE),
    };
    let failure = LastFailure {
        code: refused.code.clone(),
        message: refused.to_string(),
        proven_by: refused.proof.as_ref().map(|proof| proof.host),
        retry: Retry::Refused(retry),
    };
    record.attempt = Some(Attempt { at: now, failure: Some(failure) });
    state.keep_record(&lock, &record)
}

/// Remembers that the attempt at `now` was not answered.
pub(crate) fn unanswered(state: &State, now: Timestamp, code: Code, message: String) -> Result<(), Error> {
    let lock = state.lock()?;
    let mut record = state.record(Some(&lock))?;
    let before = record.attempt.and_then(|attempt| attempt.failure).map(|failure| failure.retry);
    let failures = match before {
        Some(Retry::Unanswered { failures, .. }) => failures.saturating_add(1),
        Some(Retry::Refused(_)) | None => 1,
    };
    let retry = Retry::Unanswered { failures, policy: retry_of_policy(state, &lock) };
    let failure = LastFailure { code: code.name().to_owned(), message, proven_by: None, retry };
    record.attempt = Some(Attempt { at: now, failure: Some(failure) });
    state.keep_record(&lock, &record)
}

/// Says another reason for the last attempt, which has failed: when the next one follows stays.
#[cfg(feature = "directory")]
pub(crate) fn told_otherwise(state: &State, code: Code, message: String) -> Result<(), Error> {
    let lock = state.lock()?;
    let mut record = state.record(Some(&lock))?;
    if let Some(failure) = record.attempt.as_mut().and_then(|attempt| attempt.failure.as_mut()) {
        (failure.code, failure.message) = (code.name().to_owned(), message);
    }
    state.keep_record(&lock, &record)
}

/// Remembers that the vendor's authority was not reached: the lease in hand holds, so that it can wait.
pub(crate) fn authority_unanswered(state: &State, now: Timestamp, code: Code, message: String) -> Result<(), Error> {
    let lock = state.lock()?;
    let mut record = state.record(Some(&lock))?;
    let retry = Retry::Refused(Span::DAY);
    let failure = LastFailure { code: code.name().to_owned(), message, proven_by: None::<KeyId>, retry };
    record.attempt = Some(Attempt { at: now, failure: Some(failure) });
    state.keep_record(&lock, &record)
}

/// What the lease in hand says of the time between attempts, else the usual policy.
fn retry_of_policy(state: &State, lock: &Lock) -> Span {
    let held = state.held(Some(lock)).ok().flatten();
    held.map_or(Policy::default().retry, |held| held.lease.retry)
}
