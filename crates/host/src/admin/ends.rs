//! When the live leases of a family end.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use leasehold_core::{FamilyId, Grant, Timestamp};
use leasehold_dashboard::host::data::Ends;
use leasehold_store::StoreError;
use leasehold_store::host::Family;

use super::budget::Budget;
use crate::shared::Shared;

/// The ends of large families, counted now and then: a database counts a million leases for longer than a page may take.
#[derive(Debug, Default)]
pub(crate) struct KeptEnds(Mutex<BTreeMap<FamilyId, Vec<Ends>>>);

impl KeptEnds {
    /// Counts anew for all families that are large.
    pub(crate) fn refresh(&self, shared: &Shared) {
        let Some(identity) = shared.identity() else { return };
        let now = shared.clock.now();
        for grant in &identity.certificate().grants {
            let family = stored(grant);
            let Ok(counts) = shared.ask(move |store| store.counts(&family, now)) else { return };
            if counts.live < LARGE {
                self.lock().remove(&grant.family);
            } else if let Ok(Some(ends)) = count(shared, grant, now, || true) {
                self.lock().insert(grant.family, ends);
            }
        }
    }

    /// When the live leases of a family end, so many of which there are: of a large one as it was a few minutes ago, and nothing where
    /// that was not counted yet and would take longer than an answer may.
    pub(super) fn of(
        &self,
        shared: &Shared,
        grant: &Grant,
        live: u64,
        now: Timestamp,
    ) -> Result<Vec<Ends>, StoreError> {
        let kept = (live >= LARGE).then(|| self.lock().get(&grant.family).cloned()).flatten();
        if let Some(ends) = kept {
            return Ok(ends);
        }
        let budget = Budget::begin();
        let go_on = || live < LARGE || !budget.is_spent();
        let counted = count(shared, grant, now, go_on)?;
        if let Some(ends) = counted.as_ref().filter(|_| live >= LARGE) {
            self.lock().insert(grant.family, ends.clone());
        }
        Ok(counted.unwrap_or_default())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<FamilyId, Vec<Ends>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Each stretch is a question of its own, so that those who ask for leases are answered in between; `None` where it may `go_on` no longer.
fn count(
    shared: &Shared,
    grant: &Grant,
    now: Timestamp,
    go_on: impl Fn() -> bool,
) -> Result<Option<Vec<Ends>>, StoreError> {
    let family = stored(grant);
    let step = (grant.policy.validity.as_seconds() / STRETCHES).max(1);
    let mut all = Vec::new();
    for number in 0..STRETCHES {
        if !go_on() {
            return Ok(None);
        }
        let (from, to) = (now.unix() + number * step, now.unix() + (number + 1) * step);
        let between = (Timestamp::from_unix(from), Timestamp::from_unix(to));
        let leases = shared.ask(move |store| store.leases_ending(&family, between))?;
        all.push(Ends { from, to, leases });
    }
    Ok(Some(all))
}

const fn stored(grant: &Grant) -> Family {
    Family { id: grant.family, window: grant.policy.window }
}

/// Stretches of time by which the ends of leases are counted.
const STRETCHES: u64 = 12;
/// Live leases from which on they are counted now and then.
const LARGE: u64 = 20_000;
