//! Folding: from the journal into the tables, a few rows at a time; and back into memory when the store is opened.

use leasehold_store::StoreError;
use leasehold_store::host::decode_entries;
use rusqlite::{Connection, Transaction};

use super::chain;
use super::overlay::{Folded, Overlay};
use super::rows::{self, ClientReader, Names};
use super::sql;
use super::times::counted;
use crate::open::{damaged, failed};

/// Clients that a step folds while no client asks.
pub(super) const AT_REST: usize = 1_000;
/// Clients that may wait in memory; beyond it every batch folds twice what it adds.
const MAX_PENDING: usize = 30_000;
/// Journal entries that may be read again when the store is opened; beyond it every batch folds likewise.
const MAX_LAG: usize = 100_000;

/// Folds along with a batch of `entries`, where much waits; `last_batch` is the newest batch that the overlay has.
pub(super) fn along(
    transaction: &Transaction<'_>,
    overlay: &Overlay,
    entries: usize,
    last_batch: i64,
) -> Result<Folded, StoreError> {
    if overlay.len() <= MAX_PENDING && overlay.lag() <= MAX_LAG {
        return Ok(Folded::default());
    }
    some(transaction, overlay, 2 * entries, last_batch)
}

/// Folds about `max` clients; `last_batch` is the newest batch that the overlay has.
pub(super) fn some(
    transaction: &Transaction<'_>,
    overlay: &Overlay,
    max: usize,
    last_batch: i64,
) -> Result<Folded, StoreError> {
    let folded = overlay.next(max, last_batch);
    for key in &folded.clients {
        rows::put_client(transaction, *key, &overlay.sightings()[key].row)?;
    }
    for key in &folded.leases {
        rows::put_lease(transaction, *key, &overlay.leases()[key].row)?;
    }
    if let Some(batch) = folded.up_to {
        overlay.links().fold(transaction, batch)?;
        sql::run(transaction, include_str!("../../sql/host/set_folded.sql"), (batch,))?;
    }
    Ok(folded)
}

/// The rows that the tables do not have yet, and the number of the newest batch.
pub(super) fn replay(connection: &Connection, names: &Names) -> Result<(Overlay, i64), StoreError> {
    let mut overlay = Overlay::default();
    let folded: i64 =
        connection.query_row(include_str!("../../sql/host/folded.sql"), (), |row| row.get(0)).map_err(failed)?;
    let mut statement = connection.prepare(include_str!("../../sql/host/batches_after.sql")).map_err(failed)?;
    let mut found = statement.query((folded,)).map_err(failed)?;
    while let Some(row) = found.next().map_err(failed)? {
        let (at, bytes): (i64, Vec<u8>) = (row.get(1).map_err(failed)?, row.get(2).map_err(failed)?);
        let entries = decode_entries(&bytes, sql::time(at)).map_err(|_| damaged("a journal row"))?;
        overlay.journalled(entries.len());
        let (batch, seals): (i64, Vec<u8>) = (row.get(0).map_err(failed)?, row.get(3).map_err(failed)?);
        chain::decode(&seals)?.iter().for_each(|(host, seal)| overlay.sealed(*host, seal.number, batch));
        for entry in entries {
            let family = names.find(entry.family.as_str()).ok_or_else(|| damaged("a name"))?;
            let product = names.find(entry.product.as_str()).ok_or_else(|| damaged("a name"))?;
            let (mut sighting, mut lease) =
                ClientReader::new(connection, &overlay)?.read((entry.client, family), Some(product))?;
            let seen = sighting.as_ref().and_then(counted);
            let ends = lease.and_then(|lease| lease.held.runs_until());
            entry.apply(&mut sighting, &mut lease);
            sighting.into_iter().for_each(|sighting| overlay.see((entry.client, family), sighting, seen));
            lease.into_iter().for_each(|lease| overlay.lease((entry.client, family, product), lease, ends));
        }
    }
    Ok((overlay, last_batch(connection)?))
}

fn last_batch(connection: &Connection) -> Result<i64, StoreError> {
    connection.query_row(include_str!("../../sql/host/last_batch.sql"), (), |row| row.get(0)).map_err(failed)
}
