//! The vendor's revocation list, as hosts pass it on.

use leasehold_wire::envelope::MAX_REVOCATION_BYTES;
use leasehold_wire::{Revocations, verify};

use crate::context::Context;
use crate::error::Error;
use crate::exchange::question::{Body, Question, TIMEOUT_FOUND};
use crate::exchange::reply::{HttpReply, Reply};
use crate::route::Route;
use crate::session::deadline::Deadline;
use crate::session::network::Network;
use crate::state::State;

/// Fetches the newest revocation list. Without one the old one holds: a lease is not worth less for that.
pub(crate) fn renew(context: &Context, state: &State, network: &Network, route: &Route, deadline: Deadline<'_>) {
    let held = state.revocations(None).ok().flatten();
    if let Some((bytes, list)) = fetch(context, network, route, held.as_ref(), deadline) {
        keep(state, &bytes, &list);
    }
}

/// Keeps a list that was verified; what fails is noted.
pub(crate) fn keep(state: &State, bytes: &[u8], list: &Revocations) {
    if let Err(error) = store(state, bytes, list) {
        state.note(error);
    }
}

/// Stores a list that was verified, where it is the newest; the number of the one that holds then.
pub(crate) fn store(state: &State, bytes: &[u8], list: &Revocations) -> Result<u64, Error> {
    let lock = state.lock()?;
    // Only a higher number replaces it, also where another process was faster.
    if let Some(known) = state.revocations(Some(&lock))?.filter(|known| known.number >= list.number) {
        return Ok(known.number);
    }
    state.keep_revocations(&lock, bytes)?;
    Ok(list.number)
}

/// The host's list, where it has another than `held`; not one by an authority that `held` revokes.
fn fetch(
    context: &Context,
    network: &Network,
    route: &Route,
    held: Option<&Revocations>,
    deadline: Deadline<'_>,
) -> Option<(Vec<u8>, Revocations)> {
    let timeout = TIMEOUT_FOUND.min(deadline.left()?);
    let question = Question {
        body: Body::Held(held.map(|list| list.number)),
        max: MAX_REVOCATION_BYTES as u64,
        ..Question::fetching("/v1/revocations", timeout)
    };
    let answer = network.exchange.ask(route, &question).and_then(HttpReply::document);
    let Ok(Reply::Document(bytes)) = answer else { return None };
    let list = verify::<Revocations>(&bytes, context.root(), context.now(), held).ok()?.document;
    Some((bytes, list))
}
