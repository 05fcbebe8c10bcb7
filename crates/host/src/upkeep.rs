//! What the deciding thread does for its store besides deciding: it looks whether the store is still there, folds it and
//! answers those who have questions.

use std::sync::atomic::Ordering;

use leasehold_core::{KeyId, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;

use crate::shared::Shared;

/// Whether what is decided would be found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    InPlace,
    /// The store's files were removed or replaced: what is written now is lost.
    Replaced,
}

/// Looks whether the store is still the one that was opened, and whether one that has failed works again.
pub(crate) fn look_after(shared: &Shared, store: &mut dyn HostStore, before: Condition) -> Condition {
    let works = shared.store_works.load(Ordering::Relaxed);
    let in_place = store.check_in_place();
    let condition = match &in_place {
        Err(StoreError::Replaced) => Condition::Replaced,
        Ok(()) => Condition::InPlace,
        Err(_) => before,
    };
    let looked = in_place.and_then(|()| if works { Ok(()) } else { store.probe() });
    match &looked {
        Ok(()) if !works => tracing::warn!("the store works again"),
        Err(error @ StoreError::Replaced) if works => {
            tracing::error!(code = %error.code(), %error, "nothing is granted any more");
        }
        Err(error) if works => {
            tracing::warn!(error = error as &dyn std::error::Error, "the store does not work now");
        }
        Ok(()) | Err(_) => {}
    }
    shared.store_works.store(looked.is_ok(), Ordering::Relaxed);
    condition
}

/// Answers those who have questions, a few at a time: clients come first. The clients whose kept answers hold no more.
pub(crate) fn answer(shared: &Shared, store: &mut dyn HostStore) -> Vec<KeyId> {
    let mut changed = Vec::new();
    for _ in 0..QUESTIONS {
        let Some(question) = shared.questions.next() else { return changed };
        changed.append(&mut question(store));
    }
    shared.arrived.wake();
    changed
}

/// Folds a piece of the journal into the tables; whether there is more of it.
pub(crate) fn fold(shared: &Shared, store: &mut dyn HostStore) -> bool {
    match store.tidy() {
        Ok(more) => more,
        Err(error) => {
            if shared.store_works.swap(false, Ordering::Relaxed) {
                tracing::warn!(error = &error as &dyn std::error::Error, "the store does not work now");
            }
            false
        }
    }
}

/// Prunes a piece of the journal, unless clients wait; whether there is more of it. `sealed` is when the newest seal was made:
/// a clock that runs ahead of all clients prunes nothing.
pub(crate) fn prune(shared: &Shared, store: &mut dyn HostStore, sealed: Option<Timestamp>) -> bool {
    let (Some(keep), Some(sealed)) = (shared.journal_keep(), sealed) else { return false };
    if !shared.arrived.is_empty() {
        return false;
    }
    let before = shared.clock.now().min(sealed).minus(keep);
    store.prune(before).unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "the journal is not pruned");
        false
    })
}

/// Questions that are answered between two batches.
const QUESTIONS: u32 = 4;
