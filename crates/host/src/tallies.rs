//! What was decided for each family since the host was started.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use leasehold_core::FamilyId;

/// What was decided for each family.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    families: Mutex<BTreeMap<FamilyId, Tally>>,
}

/// What was decided for a family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) granted: u64,
    pub(crate) refused: u64,
    /// Leases granted to a client that is two machines.
    pub(crate) forks: u64,
}

impl Tallies {
    /// Adds what a batch has decided: once for each batch, so that decisions share no lock.
    pub(crate) fn add(&self, families: impl Iterator<Item = (FamilyId, Tally)>) {
        let mut all = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        for (family, tally) in families {
            let sum = all.entry(family).or_default();
            sum.granted += tally.granted;
            sum.refused += tally.refused;
            sum.forks += tally.forks;
        }
    }

    /// What was decided for a family.
    pub(crate) fn of(&self, family: FamilyId) -> Tally {
        self.families.lock().unwrap_or_else(PoisonError::into_inner).get(&family).copied().unwrap_or_default()
    }
}
