//! How many clients were last seen and how many leases end in each second, as a batch changes it: counts are made from these, so that no
//! index of clients or leases has a time in it.

use std::collections::BTreeMap;

use leasehold_core::Timestamp;
use leasehold_store::host::{LeaseRow, Ledger, Sighting};

use super::columns::Column;
use super::rows::integer;
use super::session::Ids;
use crate::failure::Fault;

/// The seconds whose counts a batch changes, by family, and by how much.
#[derive(Debug, Default)]
pub(super) struct Horizon {
    family: Vec<i32>,
    /// Whether leases end then, or clients were last seen.
    ends: Vec<bool>,
    at: Vec<i64>,
    difference: Vec<i64>,
}

impl Horizon {
    /// What a batch changes, in the order of the table's key.
    pub(super) fn of(ledger: &Ledger, ids: &Ids) -> Result<Self, Fault> {
        let mut changes: BTreeMap<(i32, bool, i64), i64> = BTreeMap::new();
        let mut note = |family, ends, at: Option<Timestamp>, difference| {
            if let Some(at) = at {
                *changes.entry((family, ends, integer(at.unix()))).or_default() += difference;
            }
        };
        for change in ledger.sightings() {
            let family = ids.family(change.key.0)?;
            note(family, false, change.before.as_ref().and_then(counted), -1);
            note(family, false, change.after.as_ref().and_then(counted), 1);
        }
        for change in ledger.leases() {
            let family = ids.family(change.key.0)?;
            note(family, true, change.before.as_ref().and_then(runs_until), -1);
            note(family, true, change.after.as_ref().and_then(runs_until), 1);
        }
        let mut horizon = Self::default();
        for ((family, ends, at), difference) in changes.into_iter().filter(|(_, difference)| *difference != 0) {
            horizon.family.push(family);
            horizon.ends.push(ends);
            horizon.at.push(at);
            horizon.difference.push(difference);
        }
        Ok(horizon)
    }

    pub(super) fn columns(&self) -> [Column<'_>; 4] {
        [&self.family, &self.ends, &self.at, &self.difference]
    }
}

/// When a client was last seen, if it counts.
pub(super) fn counted(row: &Sighting) -> Option<Timestamp> {
    row.may_count().then_some(row.last)
}

/// Until when a lease runs, if it was not ended early.
pub(super) fn runs_until(row: &LeaseRow) -> Option<Timestamp> {
    row.held.runs_until()
}
