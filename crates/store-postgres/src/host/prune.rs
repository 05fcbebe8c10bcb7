//! Pruning: entries and leaves of leases that ended long ago leave the journal; the seals stay, and what the entries have led
//! to is kept for each client, so that the rest of the journal leads to the rows still.

use std::collections::BTreeMap;

use leasehold_core::{FamilyId, KeyId, Timestamp};
use leasehold_store::host::{ClientRow, Entry, Record, decode_entries, fold_into_base, is_over};
use tokio_postgres::Row;

use super::columns::Column;
use super::rows;
use super::session::HostSession;
use crate::failure::Fault;

type Bases = BTreeMap<(KeyId, FamilyId), Option<ClientRow>>;

impl HostSession {
    /// Prunes some batches in a transaction of its own; whether there may be more.
    pub(super) async fn prune(&mut self, before: Timestamp) -> Result<bool, Fault> {
        // Hosts that prune at once wait for each other; those that decide wait for none of them.
        self.begin("READ COMMITTED").await?;
        let locked = self.client().query_one(&self.statements.lock_pruned, &[]).await?;
        let pruned: i64 = locked.try_get(0)?;
        let page = self.client().query(&self.statements.batches_after, &[&pruned, &BATCHES]).await?;
        let (mut numbers, mut entries) = (Vec::new(), Vec::new());
        for row in &page {
            let number: i64 = row.try_get(0)?;
            // A batch with two seals is two rows.
            if numbers.last() == Some(&number) {
                continue;
            }
            let at = rows::time(row, 1)?;
            let batch = decode_entries(row.try_get(2)?, at).map_err(|_| Fault::damaged("a journal row"))?;
            if !is_over(&batch, at, before) {
                break;
            }
            numbers.push(number);
            entries.extend(batch);
        }
        if let Some(last) = numbers.last() {
            let bases = self.bases_after(&entries).await?;
            self.put_bases(&bases).await?;
            self.client().execute(&self.statements.prune_journal, &[&numbers]).await?;
            self.client().execute(&self.statements.prune_seals, &[&numbers]).await?;
            self.client().execute(&self.statements.set_pruned, &[last]).await?;
        }
        self.client().batch_execute("COMMIT").await?;
        Ok(i64::try_from(numbers.len()) == Ok(BATCHES))
    }

    /// The clients of `entries` as these leave them.
    async fn bases_after(&self, entries: &[Entry]) -> Result<Vec<ClientRow>, Fault> {
        let mut bases: Bases = entries.iter().map(|entry| ((entry.client, entry.family), None)).collect();
        let clients: Vec<&[u8]> = bases.keys().map(|(client, _)| &client.0[..]).collect();
        let families: Vec<&str> = bases.keys().map(|(_, family)| family.as_str()).collect();
        let found = self.client().query(&self.statements.base_of, &[&clients, &families]).await?;
        for row in &found {
            let base = base_of(row, 0)?;
            bases.insert((base.client, base.family), Some(base));
        }
        for entry in entries {
            if let Some(base) = bases.get_mut(&(entry.client, entry.family)) {
                fold_into_base(base, entry);
            }
        }
        Ok(bases.into_values().flatten().collect())
    }

    /// Keeps clients as the pruned part of the journal leaves them.
    pub(super) async fn put_bases(&self, bases: &[ClientRow]) -> Result<(), Fault> {
        let clients: Vec<&[u8]> = bases.iter().map(|base| &base.client.0[..]).collect();
        let families: Vec<&str> = bases.iter().map(|base| base.family.as_str()).collect();
        let records: Vec<Vec<u8>> = bases.iter().map(|base| Record::Base(base.clone()).encode()).collect();
        let columns: [Column<'_>; 3] = [&clients, &families, &records];
        self.client().execute(&self.statements.put_bases, &columns).await?;
        Ok(())
    }
}

/// What [`HostSession::put_bases`] has kept.
pub(super) fn base_of(row: &Row, at: usize) -> Result<ClientRow, Fault> {
    match Record::decode(row.try_get(at)?) {
        Ok(Record::Base(base)) => Ok(base),
        Ok(Record::Signer(_) | Record::Batch(_) | Record::Client(_)) | Err(_) => {
            Err(Fault::damaged("the base of a client"))
        }
    }
}

/// Batches that one step prunes.
const BATCHES: i64 = 64;
