//! The counts that admission asks for, kept up to date in memory: clients within the window, leases that run.

use std::collections::{BTreeMap, BTreeSet};

use leasehold_core::Timestamp;
use leasehold_store::StoreError;
use leasehold_store::host::{Counts, Family, Horizon, Sighting};
use rusqlite::Connection;

use super::overlay::Overlay;
use super::sql::time;
use crate::open::failed;

/// When clients were last seen and when leases end, by family.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    families: BTreeMap<i64, FamilyTimes>,
}

#[derive(Clone, Debug, Default)]
struct FamilyTimes {
    seen: Horizon,
    ends: Horizon,
}

/// Which times of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimeKind {
    /// When its clients were last seen.
    Seen,
    /// When its leases end.
    Ends,
}

impl Times {
    /// All times of the tables, read row by row.
    pub(super) fn of_tables(connection: &Connection) -> Result<Self, StoreError> {
        let mut times = Self::default();
        for (kind, sql) in [
            (TimeKind::Seen, include_str!("../../sql/host/sighting_times.sql")),
            (TimeKind::Ends, include_str!("../../sql/host/lease_times.sql")),
        ] {
            let mut statement = connection.prepare(sql).map_err(failed)?;
            let mut found = statement.query(()).map_err(failed)?;
            while let Some(row) = found.next().map_err(failed)? {
                let (family, at): (i64, i64) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
                times.horizon(family, kind).insert(time(at));
            }
        }
        Ok(times)
    }

    /// These times of the tables, with those of `overlay` in the place of the ones that it replaces.
    pub(super) fn with(mut self, overlay: &Overlay) -> Self {
        for ((_, family), pending) in overlay.sightings() {
            self.saw(*family, pending.folded, counted(&pending.row));
        }
        for ((_, family, _), pending) in overlay.leases() {
            self.leased(*family, pending.folded, pending.row.held.runs_until());
        }
        self
    }

    /// The times of the tables alone, from these of tables and `overlay`.
    pub(super) fn without(&self, overlay: &Overlay) -> Self {
        let mut times = self.clone();
        for ((_, family), pending) in overlay.sightings() {
            times.undo(*family, TimeKind::Seen, counted(&pending.row), pending.folded);
        }
        for ((_, family, _), pending) in overlay.leases() {
            times.undo(*family, TimeKind::Ends, pending.row.held.runs_until(), pending.folded);
        }
        times
    }

    /// How a family stands at `now`; nothing where the store does not know it yet.
    pub(super) fn counts(&mut self, id: Option<i64>, family: &Family, now: Timestamp) -> Counts {
        let Some(times) = id.and_then(|id| self.families.get_mut(&id)) else {
            return Counts::default();
        };
        Counts { clients: times.seen.beyond(now.minus(family.window)), live: times.ends.beyond(now) }
    }

    /// The families of which these are other times.
    pub(super) fn differing(&self, other: &Self) -> BTreeSet<i64> {
        let times: BTreeSet<_> = self.iter().collect();
        let others: BTreeSet<_> = other.iter().collect();
        times.symmetric_difference(&others).map(|(family, ..)| *family).collect()
    }

    /// How many clients and leases there are in all, by family.
    pub(super) fn totals(&self) -> BTreeMap<i64, Counts> {
        let total = |times: &FamilyTimes| Counts { clients: times.seen.total(), live: times.ends.total() };
        self.families.iter().map(|(family, times)| (*family, total(times))).collect()
    }

    /// A client was seen at `at`, if it counts, and before at `before`, if it counted.
    pub(super) fn saw(&mut self, family: i64, before: Option<Timestamp>, at: Option<Timestamp>) {
        swap(self.horizon(family, TimeKind::Seen), before, at);
    }

    /// A lease runs until `ends`, before until `before`, where it runs at all.
    pub(super) fn leased(&mut self, family: i64, before: Option<Timestamp>, ends: Option<Timestamp>) {
        swap(self.horizon(family, TimeKind::Ends), before, ends);
    }

    /// Every time with how often it is there.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, TimeKind, Timestamp, u32)> {
        self.families.iter().flat_map(|(family, times)| {
            let of = |kind, horizon: &'_ Horizon| {
                horizon.iter().map(move |(at, count)| (*family, kind, at, count)).collect::<Vec<_>>()
            };
            of(TimeKind::Seen, &times.seen).into_iter().chain(of(TimeKind::Ends, &times.ends))
        })
    }

    fn horizon(&mut self, family: i64, kind: TimeKind) -> &mut Horizon {
        let times = self.families.entry(family).or_default();
        match kind {
            TimeKind::Seen => &mut times.seen,
            TimeKind::Ends => &mut times.ends,
        }
    }

    /// Adds a time so often, or takes it away; `None` where it is not there so often.
    pub(super) fn add(&mut self, family: i64, kind: TimeKind, at: Timestamp, difference: i64) -> Option<()> {
        self.horizon(family, kind).add(at, difference)
    }

    fn undo(&mut self, family: i64, kind: TimeKind, at: Option<Timestamp>, before: Option<Timestamp>) {
        let horizon = self.horizon(family, kind);
        at.into_iter().for_each(|time| horizon.remove(time));
        before.into_iter().for_each(|time| horizon.insert(time));
    }
}

/// When a client was last seen, if it counts.
pub(super) fn counted(row: &Sighting) -> Option<Timestamp> {
    row.may_count().then_some(row.last)
}

fn swap(horizon: &mut Horizon, before: Option<Timestamp>, after: Option<Timestamp>) {
    if before != after {
        before.into_iter().for_each(|time| horizon.remove(time));
        after.into_iter().for_each(|time| horizon.insert(time));
    }
}
