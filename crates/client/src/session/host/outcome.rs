//! What an answer, or that there is none, changes in the state directory.

use leasehold_wire::Lease;

use crate::context::Context;
use crate::error::Error;
use crate::error::failure::Failure;
use crate::session::host::answer::Accepted;
use crate::session::host::asking::{Answer, Outcome};
use crate::session::host::route::Route;
use crate::session::refused::Refused;
use crate::state::State;
use crate::state::attempts::{self, RequestState};
use crate::state::proven::Proven;
use crate::state::record::Attempt;

/// Stores the lease, then that the request is answered: a crash between repeats a request, which costs nothing.
pub(crate) fn granted(context: &Context, state: &State, accepted: Accepted, route: &Route) -> Result<Lease, Error> {
    let Accepted { bytes, lease } = accepted;
    let lock = state.lock()?;
    state.keep_lease(&lock, &bytes)?;
    state.keep_proven(&lock, &Proven::by_lease(lease.issued, &context.running()))?;
    let mut record = state.record(Some(&lock))?;
    record.request = None;
    record.attempt = Some(Attempt { at: context.now(), failure: None });
    (record.host, record.authority) = (Some(route.address.clone()), None);
    state.keep_record(&lock, &record)?;
    Ok(lease)
}

/// Remembers a refusal.
pub(crate) fn refused(context: &Context, state: &State, refused: Refused, request: RequestState) -> Refused {
    let failure = (refused.code.as_str(), refused.to_string());
    let stored = attempts::failed(state, context.now(), failure, refused.retry, request);
    // The refusal matters more to the caller than that it could not be stored.
    stored.unwrap_or_else(|error| state.note(error));
    refused
}

/// Where a host said that it cannot answer now, that is the answer; else there is none.
pub(crate) fn unanswered(context: &Context, state: &State, error: Error) -> Result<Answer, Error> {
    let mut tried = match error {
        Error::NoAnswer { tried } => tried,
        other => return Err(failed(context, state, other)),
    };
    let unavailable = tried.iter().position(|tried| matches!(tried.failure, Failure::Unavailable(_)));
    match unavailable.map(|at| tried.remove(at).failure) {
        Some(Failure::Unavailable(refusal)) => {
            let refusal = refused(context, state, *refusal, RequestState::Open);
            Ok(Answer { outcome: Outcome::Refused(refusal), passed_over: tried })
        }
        Some(_) | None => Err(failed(context, state, Error::NoAnswer { tried })),
    }
}

/// Remembers that the attempt failed.
fn failed(context: &Context, state: &State, error: Error) -> Error {
    let failure = (error.code().name(), error.to_string());
    let stored = attempts::failed(state, context.now(), failure, None, RequestState::Open);
    stored.unwrap_or_else(|error| state.note(error));
    error
}
