//! The times of the tables on disk, so that opening a store does not read every row: a snapshot, and what each step of
//! folding has changed since, written in the step's own transaction.

use std::collections::BTreeMap;

use leasehold_core::Timestamp;
use leasehold_store::StoreError;
use rusqlite::{Connection, Transaction};

use super::overlay::{Folded, Overlay};
use super::sql::{self, integer};
use super::times::{TimeKind, Times, counted};
use crate::open::{damaged, failed};

/// How much of the log a reader goes through after the snapshot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LogLength {
    snapshot: usize,
    changes: usize,
}

#[cfg(test)]
impl LogLength {
    /// So long that the next step takes a snapshot.
    pub(super) fn long() -> Self {
        Self { snapshot: 0, changes: MAX_CHANGES }
    }
}

/// Where the times came from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// The log.
    Log(LogLength),
    /// The rows: a store of an earlier release, or one that was filled from another.
    Rows,
}

/// The times of the tables.
pub(super) fn load(connection: &Connection) -> Result<(Times, Source), StoreError> {
    let mut statement = connection.prepare(include_str!("../../sql/host/times.sql")).map_err(failed)?;
    let mut found = statement.query(()).map_err(failed)?;
    let (mut times, mut length, mut snapshots) = (Times::default(), LogLength::default(), 0);
    while let Some(row) = found.next().map_err(failed)? {
        let (kind, bytes): (i64, Vec<u8>) = (row.get(0).map_err(failed)?, row.get(1).map_err(failed)?);
        let (records, rest) = bytes.as_chunks::<RECORD>();
        if !rest.is_empty() {
            return Err(damaged("a row of times"));
        }
        if kind == SNAPSHOT {
            snapshots += 1;
            length.snapshot = records.len();
        } else {
            length.changes += records.len();
        }
        records.iter().try_for_each(|record| apply(&mut times, record))?;
    }
    match snapshots {
        1 => Ok((times, Source::Log(length))),
        0 if length.changes == 0 => Ok((Times::of_tables(connection)?, Source::Rows)),
        _ => Err(damaged("the snapshot of times")),
    }
}

/// Replaces the log by a snapshot of `times`, those of the tables.
pub(super) fn snapshot(transaction: &Transaction<'_>, times: &Times) -> Result<LogLength, StoreError> {
    let mut bytes = Vec::new();
    for (family, kind, at, count) in times.iter() {
        write(&mut bytes, (family, kind, at), i64::from(count));
    }
    sql::run(transaction, include_str!("../../sql/host/clear_times.sql"), ())?;
    let length = LogLength { snapshot: bytes.len() / RECORD, changes: 0 };
    sql::run(transaction, include_str!("../../sql/host/add_times.sql"), (SNAPSHOT, bytes))?;
    Ok(length)
}

/// Logs what a step of folding changes, or takes a new snapshot where the log has grown long. `times` are those of tables
/// and overlay.
pub(super) fn note(
    transaction: &Transaction<'_>,
    (overlay, folded): (&Overlay, &Folded),
    times: &Times,
    length: LogLength,
) -> Result<LogLength, StoreError> {
    let mut changes: BTreeMap<(i64, TimeKind, Timestamp), i64> = BTreeMap::new();
    let mut change = |family: i64, kind, before: Option<Timestamp>, after: Option<Timestamp>| {
        for (at, difference) in [(before, -1), (after, 1)] {
            if let Some(at) = at {
                *changes.entry((family, kind, at)).or_default() += difference;
            }
        }
    };
    for key in &folded.clients {
        let pending = &overlay.sightings()[key];
        change(key.1, TimeKind::Seen, pending.folded, counted(&pending.row));
    }
    for key in &folded.leases {
        let pending = &overlay.leases()[key];
        change(key.1, TimeKind::Ends, pending.folded, pending.row.held.runs_until());
    }
    changes.retain(|_, difference| *difference != 0);
    if changes.is_empty() {
        return Ok(length);
    }
    if length.changes + changes.len() > MAX_CHANGES.max(length.snapshot / 2) {
        let mut tables = times.without(overlay);
        for ((family, kind, at), difference) in changes {
            tables.add(family, kind, at, difference).ok_or_else(|| damaged("the times"))?;
        }
        return snapshot(transaction, &tables);
    }
    let mut bytes = Vec::with_capacity(changes.len() * RECORD);
    let added = changes.len();
    for (key, difference) in changes {
        write(&mut bytes, key, difference);
    }
    sql::run(transaction, include_str!("../../sql/host/add_times.sql"), (CHANGE, bytes))?;
    Ok(LogLength { changes: length.changes + added, ..length })
}

fn write(bytes: &mut Vec<u8>, (family, kind, at): (i64, TimeKind, Timestamp), difference: i64) {
    bytes.extend(family.to_be_bytes());
    bytes.push(match kind {
        TimeKind::Seen => 0,
        TimeKind::Ends => 1,
    });
    bytes.extend(integer(at.unix()).to_be_bytes());
    bytes.extend(difference.to_be_bytes());
}

fn apply(times: &mut Times, record: &[u8; RECORD]) -> Result<(), StoreError> {
    let number = |from: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&record[from..from + 8]);
        i64::from_be_bytes(bytes)
    };
    let kind = match record[8] {
        0 => TimeKind::Seen,
        1 => TimeKind::Ends,
        _ => return Err(damaged("a row of times")),
    };
    times.add(number(0), kind, sql::time(number(9)), number(17)).ok_or_else(|| damaged("a row of times"))
}

/// Bytes of one record: family, kind, time, difference.
const RECORD: usize = 25;
const SNAPSHOT: i64 = 0;
const CHANGE: i64 = 1;
/// Records of changes after which a snapshot is taken at the soonest.
const MAX_CHANGES: usize = 20_000;
