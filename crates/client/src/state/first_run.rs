//! What a start remembers: the manifest, when the product first ran, when the machine was first noticed to be another one.

use leasehold_core::{Span, Timestamp};

use crate::context::Context;
use crate::error::Error;
use crate::state::State;
use crate::state::files::Lock;
use crate::state::proven;
use crate::state::record::ProductRecord;

/// Remembers `manifest` (its bytes, made at `made`) and that the product runs at `now`. Most starts have nothing to write:
/// they take no lock, and need no right to write.
pub(crate) fn introduce(state: &State, manifest: &[u8], made: Timestamp, now: Timestamp) -> Result<(), Error> {
    // No product runs before its manifest was made, nor for the first time tomorrow: a clock that said so was wrong.
    let believable = |record: &ProductRecord| {
        record.first_run.plus(Span::CLOCK_TOLERANCE) >= made && record.first_run <= now.plus(Span::CLOCK_TOLERANCE)
    };
    let known = |lock: Option<&Lock>| -> Result<_, Error> {
        Ok((state.knows_manifest(lock, manifest)?, state.stored_record(lock)?))
    };
    if matches!(known(None)?, (true, Some(record)) if believable(&record)) {
        return Ok(());
    }
    // Opening waits for no lock: a later start finds the same to do.
    let Some(lock) = state.try_lock()? else { return Ok(()) };
    let (manifest_known, record) = known(Some(&lock))?;
    if !manifest_known {
        state.keep_manifest(&lock, manifest)?;
    }
    let record = match record {
        Some(record) if believable(&record) => return Ok(()),
        Some(record) => ProductRecord { first_run: now, ..record },
        None => state.first_record(),
    };
    state.keep_record(&lock, &record)
}

/// Remembers since when the machine that shows `fingerprint` is another one than the lease was granted to, if it is one.
pub(crate) fn notice_move(context: &Context, state: &State) -> Result<(), Error> {
    let moved = |lock: Option<&Lock>| -> Result<_, Error> {
        let drift = context.manifest.drift;
        let held = state.held(lock)?;
        let another = held.is_some_and(|held| !held.is_of(context.fingerprint.as_ref(), drift));
        Ok((another, state.record(lock)?))
    };
    let (another, record) = moved(None)?;
    if another == record.moved.is_some() {
        return Ok(());
    }
    let Some(lock) = state.try_lock()? else { return Ok(()) };
    let (another, record) = moved(Some(&lock))?;
    let known = proven::known(state, Some(&lock), &context.running())?;
    let now = proven::read(known.as_ref(), context.clock.as_ref()).now;
    let moved = if another { record.moved.or(Some(now)) } else { None };
    state.keep_record(&lock, &ProductRecord { moved, ..record })
}
