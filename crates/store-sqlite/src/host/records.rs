//! The store record by record: for copies, backups and checks.

use std::collections::BTreeMap;

use leasehold_core::{FamilyId, KeyId, PublicKey};
use leasehold_store::StoreError;
use leasehold_store::host::{
    BatchRow, ClientPages, ClientRow, Counts, Flaw, HostStore, Record, Records, SealHistory, SealedEntries,
};
use rusqlite::{Transaction, TransactionBehavior};

use super::rows::{self, Names};
use super::sql::{self, blob, integer};
use super::times::Times;
use super::{SqliteHost, chain, fold, prune, times_log};
use crate::open::failed;

impl Records for SqliteHost {
    fn dump(&mut self, each: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.dump_signers_and_bases(each)?;
        self.dump_batches(each)?;
        let mut pages = ClientPages::default();
        while !pages.ended {
            let page = self.clients(pages.after, ClientPages::MAX)?;
            pages.take(page, each)?;
        }
        Ok(())
    }

    fn restore(&mut self, next: &mut dyn FnMut() -> Result<Option<Record>, StoreError>) -> Result<(), StoreError> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(failed)?;
        let empty: bool =
            transaction.query_row(include_str!("../../sql/host/is_empty.sql"), (), |row| row.get(0)).map_err(failed)?;
        if !empty {
            return Err(StoreError::NotEmpty);
        }
        let (mut names, mut last_batch, mut pruned) = (Names::load(&transaction)?, 0, 0);
        while let Some(record) = next()? {
            match record {
                Record::Signer(key) => {
                    let row = (key.id().0, key.0);
                    sql::run(&transaction, include_str!("../../sql/host/add_signer.sql"), row)?;
                }
                Record::Base(base) => prune::put(&transaction, &base)?,
                Record::Batch(batch) => {
                    last_batch = last_batch.max(integer(batch.number));
                    if batch.entries.is_empty() {
                        pruned = last_batch;
                    }
                    put_batch(&transaction, &batch)?;
                }
                Record::Client(client) => put_client(&transaction, &mut names, &client)?,
            }
        }
        sql::run(&transaction, include_str!("../../sql/host/set_folded.sql"), (last_batch,))?;
        sql::run(&transaction, include_str!("../../sql/host/set_pruned.sql"), (pruned,))?;
        let times = Times::of_tables(&transaction)?;
        let times_log = times_log::snapshot(&transaction, &times)?;
        transaction.commit().map_err(failed)?;
        (self.names, self.times, self.times_log) = (names, times, times_log);
        (self.overlay, self.last_batch) = fold::replay(&self.connection, &self.names)?;
        self.tips.clear();
        Ok(())
    }

    fn flaws(&mut self) -> Result<Vec<Flaw>, StoreError> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check").map_err(failed)?;
        let found = statement.query_map((), |row| row.get::<_, String>(0)).map_err(failed)?;
        let found: Vec<String> = found.collect::<Result<_, _>>().map_err(failed)?;
        let mut flaws: Vec<Flaw> = found.into_iter().filter(|words| words != "ok").map(Flaw::Pages).collect();
        let rows = Times::of_tables(&self.connection)?.with(&self.overlay);
        let (all_kept, all_found) = (self.times.totals(), rows.totals());
        for family in self.times.differing(&rows) {
            let of = |totals: &BTreeMap<i64, Counts>| totals.get(&family).copied().unwrap_or_default();
            let (kept, found) = (of(&all_kept), of(&all_found));
            let name = self.names.text::<FamilyId>(family)?.to_string();
            flaws.push(if kept == found {
                Flaw::Times { family: name }
            } else {
                Flaw::Counts { family: name, kept, found }
            });
        }
        Ok(flaws)
    }
}

impl SealHistory for SqliteHost {
    fn seals_after(
        &mut self,
        host: KeyId,
        after: u64,
        each: &mut dyn FnMut(SealedEntries) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        chain::after(&self.connection, self.overlay.links(), (host, after), each)
    }
}

impl SqliteHost {
    fn dump_signers_and_bases(&self, each: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(include_str!("../../sql/host/signers.sql")).map_err(failed)?;
        let mut found = statement.query(()).map_err(failed)?;
        while let Some(row) = found.next().map_err(failed)? {
            each(Record::Signer(PublicKey(blob(row, 0)?)))?;
        }
        let mut statement = self.connection.prepare(include_str!("../../sql/host/bases.sql")).map_err(failed)?;
        let mut found = statement.query(()).map_err(failed)?;
        while let Some(row) = found.next().map_err(failed)? {
            let record: Vec<u8> = row.get(0).map_err(failed)?;
            each(Record::Base(prune::base_of(&record)?))?;
        }
        Ok(())
    }

    fn dump_batches(&self, each: &mut dyn FnMut(Record) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut statement =
            self.connection.prepare(include_str!("../../sql/host/batches_after.sql")).map_err(failed)?;
        let mut found = statement.query((0,)).map_err(failed)?;
        while let Some(row) = found.next().map_err(failed)? {
            let (number, at) = (sql::unsigned(row, 0)?, sql::time(row.get(1).map_err(failed)?));
            let (entries, seals): (_, Vec<u8>) = (row.get(2).map_err(failed)?, row.get(3).map_err(failed)?);
            each(Record::Batch(BatchRow { number, at, entries, seals: chain::decode(&seals)? }))?;
        }
        Ok(())
    }
}

fn put_batch(transaction: &Transaction<'_>, batch: &BatchRow) -> Result<(), StoreError> {
    let number = integer(batch.number);
    let row = (number, integer(batch.at.unix()), &batch.entries, chain::encode(&batch.seals));
    sql::run(transaction, include_str!("../../sql/host/add_batch.sql"), row)?;
    batch.seals.iter().try_for_each(|(host, seal)| chain::put(transaction, *host, seal.number, number))
}

fn put_client(transaction: &Transaction<'_>, names: &mut Names, client: &ClientRow) -> Result<(), StoreError> {
    let family = number(transaction, names, client.family.as_str())?;
    rows::put_client(transaction, (client.client, family), &client.sighting)?;
    for (product, lease) in &client.leases {
        let product = number(transaction, names, product.as_str())?;
        rows::put_lease(transaction, (client.client, family, product), lease)?;
    }
    Ok(())
}

/// The number of a family's or product's name, which is added where it is new.
fn number(transaction: &Transaction<'_>, names: &mut Names, text: &str) -> Result<i64, StoreError> {
    if let Some(number) = names.find(text) {
        return Ok(number);
    }
    let number = rows::add_name(transaction, text)?;
    names.extend(vec![(number, text.to_owned())]);
    Ok(number)
}
