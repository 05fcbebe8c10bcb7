//! The first run of a product: its manifest is kept, and when it first ran.

use leasehold_core::{Span, Timestamp};

use crate::error::Error;
use crate::state::State;
use crate::state::files::Lock;
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
