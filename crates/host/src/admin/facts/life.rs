//! What is known of one client.
//!
//! The journal has no index by client. Its newest part is walked through; what lies further back is found by its time, which the client's
//! row has: the journal is in the order of time.

use std::collections::BTreeMap;

use leasehold_core::{KeyId, Timestamp};
use leasehold_dashboard::host::data::{Event, Life};
use leasehold_service::Problem;
use leasehold_store::StoreError;
use leasehold_store::host::{ClientRow, Decision, Entry, HostStore};

use super::EventQuery;
use super::events::{event, numbered};
use crate::admin::AdminState;

impl AdminState {
    /// What is known of a client; `None` where it is not known. Of its events, those before `before`.
    pub(in crate::admin) fn life(&self, client: KeyId, before: Option<u64>) -> Result<Option<Life>, Problem> {
        let now = self.now();
        let rows = self.ask(move |store| store.rows_of(client))?;
        if rows.is_empty() {
            return Ok(None);
        }
        let walked =
            self.events(&EventQuery { client: Some(client), before, limit: EVENTS, ..EventQuery::default() })?;
        let times = times(&rows);
        let found = self.ask(move |store| {
            let mut found = BTreeMap::new();
            for time in times {
                found.extend(at(store, time, client)?);
            }
            Ok(found)
        })?;
        let standing = self.standing(now)?;
        let last = |row: &ClientRow| {
            let own = found.values().rev().filter(|entry| entry.family == row.family);
            own.map(|entry| &entry.decision).next()
        };
        let rows = rows.iter().map(|row| self.client(row, &standing, latest(row, last(row)), now)).collect();
        let mut events: BTreeMap<u64, Event> = walked.items.into_iter().map(|event| (event.number, event)).collect();
        if before.is_none() {
            events.extend(found.iter().map(|(number, entry)| (*number, event(*number, entry))));
        }
        let events = events.into_values().rev().collect();
        Ok(Some(Life { now: now.unix(), rows, events, earlier: walked.next }))
    }
}

/// What was decided last, unless the row says that more has happened since.
fn latest<'d>(row: &ClientRow, decision: Option<&'d Decision>) -> Option<&'d Decision> {
    match decision {
        Some(Decision::Refused { .. }) if row.leases.iter().any(|(_, lease)| lease.issued > row.sighting.last) => None,
        other => other,
    }
}

/// When something was decided for a client, as its rows have it.
fn times(rows: &[ClientRow]) -> Vec<Timestamp> {
    let of_row = |row: &ClientRow| {
        let leases = row.leases.iter().map(|(_, lease)| lease.issued);
        let early =
            row.leases.iter().filter(|(_, lease)| lease.held.end.is_early()).map(|(_, lease)| lease.held.expires);
        leases.chain(early).chain([row.sighting.first, row.sighting.last]).collect::<Vec<_>>()
    };
    let mut times: Vec<Timestamp> = rows.iter().flat_map(of_row).filter(|time| *time != Timestamp::default()).collect();
    times.sort_unstable();
    times.dedup();
    times.truncate(TIMES);
    times
}

/// What was decided for `client` at this second, by number.
fn at(store: &mut dyn HostStore, time: Timestamp, client: KeyId) -> Result<Vec<(u64, Entry)>, StoreError> {
    let (mut low, mut high) = (0, store.newest_batch()?);
    // The newest batch that is not later than the time.
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        match store.batches_before(Some(middle + 1), 1)?.first() {
            Some(batch) if batch.at > time => high = batch.number.saturating_sub(1).max(low),
            _ => low = middle,
        }
    }
    let (mut found, mut before, mut looked) = (Vec::new(), low + 1, 0);
    loop {
        let batches = store.batches_before(Some(before), NEIGHBOURS)?;
        let Some(oldest) = batches.last().map(|batch| batch.number) else { return Ok(found) };
        let of_time = batches.iter().take_while(|batch| batch.at >= time);
        found.extend(
            of_time
                .filter(|batch| batch.at == time)
                .flat_map(numbered)
                .filter(|(_, entry)| entry.client == client)
                .map(|(number, entry)| (number, entry.clone())),
        );
        looked += batches.len();
        if batches.last().is_none_or(|batch| batch.at < time) || looked >= MAX_LOOKED || !found.is_empty() {
            return Ok(found);
        }
        before = oldest;
    }
}

/// Events that a page of a client shows at most, besides those found by their time.
const EVENTS: usize = 100;
const TIMES: usize = 16;
const NEIGHBOURS: usize = 8;
/// Batches of one second that are looked at: a host under load makes hundreds.
const MAX_LOOKED: usize = 512;
