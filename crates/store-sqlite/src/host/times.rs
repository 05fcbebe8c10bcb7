//! The counts that admission asks for, kept up to date in memory: clients within the window, leases that run.

use std::collections::HashMap;

use leasehold_core::Timestamp;
use leasehold_store::StoreError;
use leasehold_store::host::{Counts, Family, Horizon};
use rusqlite::Connection;

use super::overlay::Overlay;
use super::rows::{key_id, time};
use crate::open::failed;

/// When clients were last seen and when leases end, by family.
#[derive(Debug, Default)]
pub(super) struct Times {
    families: HashMap<i64, FamilyTimes>,
}

#[derive(Debug, Default)]
struct FamilyTimes {
    seen: Horizon,
    ends: Horizon,
}

impl Times {
    /// Reads all times of the tables and the overlay.
    pub(super) fn load(connection: &Connection, overlay: &Overlay) -> Result<Self, StoreError> {
        let mut times = Self::default();
        let mut statement = connection.prepare(include_str!("../../sql/host/sighting_times.sql")).map_err(failed)?;
        let mut found = statement.query(()).map_err(failed)?;
        while let Some(row) = found.next().map_err(failed)? {
            let (family, last): (i64, i64) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
            if overlay.sighting(&(key_id(row, 2)?, family)).is_none() {
                times.saw(family, None, time(last));
            }
        }
        let mut statement = connection.prepare(include_str!("../../sql/host/lease_times.sql")).map_err(failed)?;
        let mut found = statement.query(()).map_err(failed)?;
        while let Some(row) = found.next().map_err(failed)? {
            let (family, ends): (i64, i64) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
            if overlay.lease_of(&(key_id(row, 2)?, family, row.get(3).map_err(failed)?)).is_none() {
                times.leased(family, None, time(ends));
            }
        }
        overlay.sightings().iter().for_each(|((_, family), sighting)| times.saw(*family, None, sighting.last));
        overlay.leases().iter().for_each(|((_, family, _), lease)| times.leased(*family, None, lease.held.expires));
        Ok(times)
    }

    /// How a family stands at `now`; nothing where the store does not know it yet.
    pub(super) fn counts(&mut self, id: Option<i64>, family: &Family, now: Timestamp) -> Counts {
        let Some(times) = id.and_then(|id| self.families.get_mut(&id)) else {
            return Counts::default();
        };
        Counts { clients: times.seen.beyond(now.minus(family.window)), live: times.ends.beyond(now) }
    }

    /// A client was seen, before at `before`.
    pub(super) fn saw(&mut self, family: i64, before: Option<Timestamp>, at: Timestamp) {
        swap(&mut self.families.entry(family).or_default().seen, before, at);
    }

    /// A lease ends at `ends`, before at `before`.
    pub(super) fn leased(&mut self, family: i64, before: Option<Timestamp>, ends: Timestamp) {
        swap(&mut self.families.entry(family).or_default().ends, before, ends);
    }
}

fn swap(horizon: &mut Horizon, before: Option<Timestamp>, after: Timestamp) {
    if before != Some(after) {
        before.into_iter().for_each(|time| horizon.remove(time));
        horizon.insert(after);
    }
}
