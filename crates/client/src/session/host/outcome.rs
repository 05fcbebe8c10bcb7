//! What comes of asking, and what an answer, or that there is none, changes in the state directory.

use leasehold_core::KeyId;
use leasehold_wire::{Keypair, Lease};

use crate::address::HostAddress;
use crate::context::Context;
use crate::error::Error;
use crate::error::failure::{Failure, Tried};
use crate::refused::Refused;
use crate::session::host::answer::Accepted;
use crate::state::State;
use crate::state::attempts;
use crate::state::files::Lock;
use crate::state::proven;
use crate::state::record::Attempt;
use crate::status::DirectoryActivation;

/// What a host has answered to a request.
#[derive(Debug)]
pub struct Answer {
    /// The answer.
    pub outcome: Outcome,
    /// The hosts that were tried before and have not answered.
    pub passed_over: Vec<Tried>,
}

/// Whether there is a lease.
#[derive(Debug)]
pub enum Outcome {
    /// A lease was granted and is stored.
    Granted(Box<Granted>),
    /// This process asked no host: the lease in hand is one of a multiple key, and holds; or the agent, whose state this is, has asked.
    Held(Box<Lease>),
    /// No host was asked: an activation object was read in a directory, and is stored.
    Read(Box<DirectoryActivation>),
    /// The host refused; the lease in hand, if any, stays.
    Refused(Refused),
}

/// A lease that was granted.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The lease.
    pub lease: Lease,
    /// The host that granted it.
    pub host: HostAddress,
}

/// Stores the lease, then that the request is answered: a crash between repeats a request, which costs nothing.
///
/// `host` is where it came from, as far as that is known: a file says nothing of it.
pub(crate) fn granted(
    context: &Context,
    state: &State,
    accepted: Accepted,
    host: Option<&HostAddress>,
) -> Result<Lease, Error> {
    let Accepted { bytes, lease } = accepted;
    let lock = state.lock()?;
    state.keep_lease(&lock, &bytes)?;
    state.remove_object(&lock)?;
    proven::raise(state, &lock, lease.issued, &context.running())?;
    let mut record = state.record(Some(&lock))?;
    record.request = None;
    record.attempt = Some(Attempt { at: context.now(), failure: None });
    (record.host, record.authority) = (host.cloned(), None);
    (record.moved, record.given_back, record.directory) = (None, None, None);
    state.keep_record(&lock, &record)?;
    settle_keys(state, &lock, lease.client)?;
    Ok(lease)
}

/// A candidate that holds a lease is the key in use from now on; former keys without a lease are removed, and so are a lease
/// that was given back and the proof of an earlier refusal.
pub(crate) fn settle_keys(state: &State, lock: &Lock, client: KeyId) -> Result<(), Error> {
    let mut device = state.device(Some(lock))?;
    if device.candidate.as_ref().map(Keypair::id) == Some(client) {
        device.promote();
        state.keep_device(lock, &device)?;
    }
    state.remove_released(lock)?;
    state.forget_former_keys(lock)?;
    state.remove_refusal(lock)
}

/// Remembers a refusal.
pub(crate) fn refused(context: &Context, state: &State, refused: Refused) -> Refused {
    // The refusal matters more to the caller than that it could not be stored.
    attempts::refused(state, context.now(), &refused).unwrap_or_else(|error| state.note(error));
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
            let refusal = refused(context, state, *refusal);
            Ok(Answer { outcome: Outcome::Refused(refusal), passed_over: tried })
        }
        Some(_) | None => Err(failed(context, state, Error::NoAnswer { tried })),
    }
}

/// Remembers that the attempt failed.
fn failed(context: &Context, state: &State, error: Error) -> Error {
    let stored = attempts::unanswered(state, context.now(), error.code(), error.to_string());
    stored.unwrap_or_else(|error| state.note(error));
    error
}
