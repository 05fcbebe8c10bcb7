//! Pruning: entries and leaves of leases that ended long ago leave the journal; the seals stay, and what the entries have led
//! to is kept for each client, so that the rest of the journal leads to the rows still.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;

use leasehold_core::{FamilyId, KeyId, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::host::{ClientRow, Entry, Record, decode_entries, fold_into_base, is_over};
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::{chain, sql};
use crate::open::{damaged, failed};

/// Prunes some batches; whether there may be more.
pub(super) fn some(transaction: &Transaction<'_>, before: Timestamp) -> Result<bool, StoreError> {
    let mut bases: BTreeMap<(KeyId, FamilyId), Option<ClientRow>> = BTreeMap::new();
    let mut pruned = 0;
    for Row { batch, at, entries, seals } in batches(transaction)? {
        let entries = decode_entries(&entries, at).map_err(|_| damaged("a journal row"))?;
        if !is_over(&entries, at, before) {
            break;
        }
        entries.iter().try_for_each(|entry| fold(transaction, &mut bases, entry))?;
        let mut seals = chain::decode(&seals)?;
        seals.iter_mut().for_each(|(_, seal)| seal.leaves.clear());
        sql::run(transaction, include_str!("../../sql/host/prune_journal.sql"), (batch, chain::encode(&seals)))?;
        sql::run(transaction, include_str!("../../sql/host/set_pruned.sql"), (batch,))?;
        pruned += 1;
    }
    for base in bases.into_values().flatten() {
        put(transaction, &base)?;
    }
    Ok(pruned == BATCHES)
}

/// Keeps a client as the pruned part of the journal leaves it.
pub(super) fn put(transaction: &Transaction<'_>, base: &ClientRow) -> Result<(), StoreError> {
    let record = Record::Base(base.clone()).encode();
    let row = (base.client.0.as_slice(), base.family.as_str(), record);
    sql::run(transaction, include_str!("../../sql/host/put_base.sql"), row)
}

/// What [`put`] has kept.
pub(super) fn base_of(record: &[u8]) -> Result<ClientRow, StoreError> {
    match Record::decode(record) {
        Ok(Record::Base(base)) => Ok(base),
        Ok(Record::Signer(_) | Record::Batch(_) | Record::Client(_)) | Err(_) => Err(damaged("the base of a client")),
    }
}

/// A row of the journal.
struct Row {
    batch: i64,
    at: Timestamp,
    entries: Vec<u8>,
    seals: Vec<u8>,
}

fn batches(connection: &Connection) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/to_prune.sql")).map_err(failed)?;
    let found = statement.query_map((BATCHES,), |row| {
        Ok(Row { batch: row.get(0)?, at: sql::time(row.get(1)?), entries: row.get(2)?, seals: row.get(3)? })
    });
    found.and_then(Iterator::collect).map_err(failed)
}

fn fold(
    connection: &Connection,
    bases: &mut BTreeMap<(KeyId, FamilyId), Option<ClientRow>>,
    entry: &Entry,
) -> Result<(), StoreError> {
    let key = (entry.client, entry.family);
    let base = match bases.entry(key) {
        Place::Occupied(place) => place.into_mut(),
        Place::Vacant(place) => place.insert(load(connection, key)?),
    };
    fold_into_base(base, entry);
    Ok(())
}

fn load(connection: &Connection, (client, family): (KeyId, FamilyId)) -> Result<Option<ClientRow>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/base_of.sql")).map_err(failed)?;
    let row = (client.0.as_slice(), family.as_str());
    let record: Option<Vec<u8>> = statement.query_row(row, |row| row.get(0)).optional().map_err(failed)?;
    record.map(|record| base_of(&record)).transpose()
}

/// Batches that one step prunes.
const BATCHES: i64 = 64;
