//! Looking for clients in a stretch of them, in tables and overlay together.

use std::collections::BTreeSet;

use leasehold_core::KeyId;
use leasehold_store::StoreError;
use leasehold_store::host::{ClientSearch, DecidedBatch, Stretch, decode_entries};
use rusqlite::Connection;

use super::overlay::{ClientKey, Overlay};
use super::rows::{Names, client_row};
use super::sql::{self, integer, key_id};
use crate::open::{damaged, failed};

/// Those of a stretch of up to about `max` clients after `after` that are looked for.
pub(super) fn clients(
    connection: &Connection,
    (overlay, names): (&Overlay, &Names),
    search: &ClientSearch,
    after: Option<KeyId>,
    max: usize,
) -> Result<Stretch, StoreError> {
    let begin = after.map_or(Vec::new(), |client| client.0.to_vec());
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/stretch_end.sql")).map_err(failed)?;
    let (last, count): (Option<Vec<u8>>, i64) =
        statement.query_row((&begin, max), |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
    let last: Option<[u8; 16]> = last.and_then(|last| last.try_into().ok());
    // Where the stretch has fewer rows than asked for, it reaches the end.
    let mut end = last.map(KeyId).filter(|_| count == max);
    let mut upper = end.unwrap_or(KeyId([0xff; 16]));
    let mut keys: BTreeSet<ClientKey> = BTreeSet::new();
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/find_clients.sql")).map_err(failed)?;
    let text = search.text.to_ascii_lowercase();
    let (kind, now) = (i64::from(search.kind.number()), integer(search.now.unix()));
    let wanted = i64::try_from(search.wanted).unwrap_or(i64::MAX);
    let mut found = statement.query((&begin, upper.0.as_slice(), text, kind, now, wanted)).map_err(failed)?;
    while let Some(row) = found.next().map_err(failed)? {
        keys.insert((key_id(row, 0)?, row.get(1).map_err(failed)?));
    }
    let clients: BTreeSet<KeyId> = keys.iter().map(|(client, _)| *client).collect();
    if let Some(last) = clients.last().filter(|_| clients.len() >= search.wanted) {
        (end, upper) = (Some(*last), *last);
    }
    let from = after.map_or((KeyId([0; 16]), i64::MIN), |client| (client, i64::MAX));
    keys.extend(overlay.sightings().range(from..=(upper, i64::MAX)).map(|(key, _)| *key));
    let leases = overlay.leases().range((from.0, from.1, i64::MAX)..=(upper, i64::MAX, i64::MAX));
    keys.extend(leases.map(|((client, family, _), _)| (*client, *family)).filter(|(client, _)| Some(*client) != after));
    let mut rows = Vec::new();
    for key in keys {
        // The tables may be behind the overlay, which has the last word.
        let row = client_row(connection, overlay, names, key)?;
        if search.takes(&row) {
            rows.push(row);
        }
    }
    Ok(Stretch { rows, end })
}

/// Up to `max` batches before `before`, newest first.
pub(super) fn batches(
    connection: &Connection,
    before: Option<u64>,
    max: usize,
) -> Result<Vec<DecidedBatch>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/newest_batches.sql")).map_err(failed)?;
    let params = (before.map_or(i64::MAX, integer), i64::try_from(max).unwrap_or(i64::MAX));
    let mut found = statement.query(params).map_err(failed)?;
    let mut batches = Vec::new();
    while let Some(row) = found.next().map_err(failed)? {
        let (at, bytes): (i64, Vec<u8>) = (row.get(1).map_err(failed)?, row.get(2).map_err(failed)?);
        let at = sql::time(at);
        let entries = decode_entries(&bytes, at).map_err(|_| damaged("a journal row"))?;
        batches.push(DecidedBatch { number: sql::unsigned(row, 0)?, at, entries });
    }
    Ok(batches)
}
