//! Chains of seals: the seals stand beside the entries of their batch in the journal, the table `chain` says in which batch each
//! of them is. It is folded like other rows.

use std::collections::BTreeMap;

use leasehold_core::KeyId;
use leasehold_store::StoreError;
use leasehold_store::host::{SealKind, SealRow, SealedEntries, Tip, decode_seals, encode_seals};
use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use rusqlite_migration::{HookError, HookResult};

use super::sql::{self, blob, get, integer, time, unsigned};
use crate::open::{damaged, failed};

/// Seals that the table does not have yet, with their batches.
#[derive(Debug, Default)]
pub(super) struct Links {
    pending: BTreeMap<(KeyId, u64), i64>,
}

impl Links {
    pub(super) fn add(&mut self, host: KeyId, number: u64, batch: i64) {
        self.pending.insert((host, number), batch);
    }

    /// Puts those of batches up to `batch` into the table.
    pub(super) fn fold(&self, transaction: &Transaction<'_>, batch: i64) -> Result<(), StoreError> {
        let mut due = self.pending.iter().filter(|(_, of)| **of <= batch);
        due.try_for_each(|((host, number), of)| put(transaction, *host, *number, *of))
    }

    /// Takes away what [`Links::fold`] has put.
    pub(super) fn forget(&mut self, batch: i64) {
        self.pending.retain(|_, of| *of > batch);
    }
}

/// Says in which batch a seal is.
pub(super) fn put(transaction: &Transaction<'_>, host: KeyId, number: u64, batch: i64) -> Result<(), StoreError> {
    sql::run(transaction, include_str!("../../sql/host/add_link.sql"), (host.0.as_slice(), integer(number), batch))
}

/// The seals that a row of the journal has.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<(KeyId, SealRow)>, StoreError> {
    decode_seals(bytes).map_err(|_| damaged("the seals of a batch"))
}

/// What [`decode`] reads.
pub(super) fn encode(seals: &[(KeyId, SealRow)]) -> Vec<u8> {
    encode_seals(seals.iter().map(|(host, seal)| (*host, seal)))
}

/// The end of a host's chain.
pub(super) fn tip(connection: &Connection, links: &Links, host: KeyId) -> Result<Tip, StoreError> {
    let newest = seals(connection, links, (host, u64::MAX), 1)?;
    Ok(newest.first().map_or_else(Tip::default, |seal| Tip { number: seal.number, seal: seal.seal }))
}

/// Up to `max` seals of a host's chain, from the one of this number back.
pub(super) fn seals(
    connection: &Connection,
    links: &Links,
    (host, newest): (KeyId, u64),
    max: usize,
) -> Result<Vec<SealRow>, StoreError> {
    let pending = links.pending.range((host, 0)..=(host, newest)).rev();
    let mut places: Vec<(u64, i64)> = pending.map(|((_, number), batch)| (*number, *batch)).take(max).collect();
    if places.len() < max {
        let rest = i64::try_from(max - places.len()).unwrap_or(i64::MAX);
        let mut statement = connection.prepare_cached(include_str!("../../sql/host/chain.sql")).map_err(failed)?;
        let mut found = statement.query((host.0.as_slice(), integer(newest), rest)).map_err(failed)?;
        while let Some(row) = found.next().map_err(failed)? {
            places.push((sql::unsigned(row, 0)?, row.get(1).map_err(failed)?));
        }
    }
    let mut statement = connection.prepare_cached(include_str!("../../sql/host/seals_of.sql")).map_err(failed)?;
    let mut seals = Vec::with_capacity(places.len());
    for (number, batch) in places {
        let bytes: Option<Vec<u8>> = statement.query_row((batch,), |row| row.get(0)).optional().map_err(failed)?;
        let of_batch = decode(&bytes.ok_or_else(|| damaged("the batch of a seal"))?)?;
        let seal = of_batch.into_iter().find(|(of, seal)| *of == host && seal.number == number);
        seals.push(seal.ok_or_else(|| damaged("the place of a seal"))?.1);
    }
    Ok(seals)
}

/// Hands the seals of `host` after the one of this number to `each`, with what their batches decided.
pub(super) fn after(
    connection: &Connection,
    links: &Links,
    (host, after): (KeyId, u64),
    each: &mut dyn FnMut(SealedEntries) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let next = after.saturating_add(1);
    let first: Option<i64> = connection
        .query_row(include_str!("../../sql/host/chain_from.sql"), (host.0.as_slice(), integer(next)), |row| row.get(0))
        .optional()
        .map_err(failed)?;
    let pending = || links.pending.range((host, next)..=(host, u64::MAX)).next().map(|(_, batch)| *batch);
    let Some(first) = first.or_else(pending) else { return Ok(()) };
    let mut statement = connection.prepare(include_str!("../../sql/host/batches_after.sql")).map_err(failed)?;
    let mut found = statement.query((first - 1,)).map_err(failed)?;
    while let Some(row) = found.next().map_err(failed)? {
        let (entries, seals): (Vec<u8>, Vec<u8>) = (row.get(2).map_err(failed)?, row.get(3).map_err(failed)?);
        for (of, seal) in decode(&seals)? {
            if of == host && seal.number > after {
                each(SealedEntries { seal: SealRow { leaves: Vec::new(), ..seal }, entries: entries.clone() })?;
            }
        }
    }
    Ok(())
}

/// Moves the seals of stores before version 8 from a table of their own beside the entries of their batches.
pub(super) fn move_seals(transaction: &Transaction<'_>) -> HookResult {
    let mut statement = transaction.prepare(include_str!("../../sql/host/old_seals.sql"))?;
    let mut found = statement.query(())?;
    let mut batch: Option<(i64, Vec<(KeyId, SealRow)>)> = None;
    while let Some(row) = found.next()? {
        let seal = old_seal(row).map_err(|error| HookError::Hook(error.to_string()))?;
        let number = row.get(10)?;
        if let Some((_, seals)) = batch.as_mut().filter(|(of, _)| *of == number) {
            seals.push(seal);
        } else if let Some(done) = batch.replace((number, vec![seal])) {
            put_seals(transaction, done)?;
        }
    }
    batch.map_or(Ok(()), |done| put_seals(transaction, done))?;
    drop(found);
    statement.finalize()?;
    transaction.execute_batch("DROP TABLE seal")?;
    Ok(())
}

/// A seal as stores before version 8 have it, with the host that has made it.
fn old_seal(row: &Row<'_>) -> Result<(KeyId, SealRow), StoreError> {
    let leaves: Vec<u8> = get(row, 6)?;
    let (leaves, rest) = leaves.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(damaged("a seal's leaves"));
    }
    let kind = u8::try_from(get::<i64>(row, 7)?).ok().and_then(SealKind::from_number);
    let seal = SealRow {
        kind: kind.ok_or_else(|| damaged("what a seal covers"))?,
        number: unsigned(row, 0)?,
        previous: blob(row, 1)?,
        root: blob(row, 2)?,
        seal: blob(row, 3)?,
        signature: blob(row, 4)?,
        at: time(get(row, 5)?),
        size: unsigned(row, 8)?,
        leaves: leaves.to_vec(),
    };
    Ok((KeyId(blob(row, 9)?), seal))
}

fn put_seals(transaction: &Transaction<'_>, (batch, seals): (i64, Vec<(KeyId, SealRow)>)) -> HookResult {
    transaction.prepare_cached(include_str!("../../sql/host/put_seals.sql"))?.execute((batch, encode(&seals)))?;
    Ok(())
}
