//! The host on SQLite, as a log with a table behind it.
//!
//! A batch costs one appended journal row, whatever the number of clients: changed rows stay in memory (`Overlay`)
//! and are folded into the tables later, a few at a time in the order of their keys, so that neighbours share pages.
//! What is not folded yet is read from the journal again when the store is opened. One process writes; others read.

mod chain;
mod copy;
mod find;
mod fold;
mod in_place;
mod load;
mod lock;
mod overlay;
mod prune;
mod records;
mod rows;
mod schema;
mod sql;
mod times;
mod times_log;

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use leasehold_core::{KeyId, PublicKey, Timestamp, UserId};
use leasehold_store::StoreError;
use leasehold_store::host::{
    Batch, ClientRow, ClientSearch, Counts, DecidedBatch, Entry, Family, HostStore, Ledger, SealRow, Seals, Stretch,
    Tip, decode_entries, encode_entries, encode_seals,
};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::open::{damaged, failed, reader, require_current, writer};
pub use copy::Hold;
use in_place::InPlace;
use lock::lock;
use overlay::{Folded, Overlay};
use rows::Names;
use schema::MIGRATIONS;
use sql::integer;
use times::Times;
use times_log::{LogLength, Source};

/// A host's store in one SQLite file.
#[derive(Debug)]
pub struct SqliteHost {
    connection: Connection,
    names: Names,
    /// The end of each chain that was asked for.
    tips: HashMap<KeyId, Tip>,
    overlay: Overlay,
    times: Times,
    times_log: LogLength,
    last_batch: i64,
    /// Batches since the write-ahead log was last copied back by [`SqliteHost::reuse_log`].
    logged: u32,
    in_place: InPlace,
    _lock: Option<File>,
}

/// A batch that was written, to be taken into memory once it is durable.
struct Written {
    batch: i64,
    new_names: Vec<(i64, String)>,
    folded: Folded,
    times_log: LogLength,
}

impl SqliteHost {
    /// Opens the store in the folder `data` for writing; makes it where it is missing.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::InUse`] where another process has it open for writing.
    pub fn open(data: &Path) -> Result<Self, StoreError> {
        let lock = lock(data)?;
        let connection = writer(&data.join(FILE), &MIGRATIONS)?;
        Self::load(connection, data, Some(lock))
    }

    /// A new store in memory: for tests and models of what decides on it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = crate::open::in_memory(&MIGRATIONS)?;
        Self::load(connection, Path::new(""), None)
    }

    /// Opens the store in the folder `data` for reading, also while a host serves from it: the state of that moment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_reader(data: &Path) -> Result<Self, StoreError> {
        let connection = reader(&data.join(FILE), &MIGRATIONS)?;
        require_current(&connection, &MIGRATIONS)?;
        connection.execute_batch("BEGIN").map_err(failed)?;
        Self::load(connection, data, None)
    }

    fn load(connection: Connection, data: &Path, lock: Option<File>) -> Result<Self, StoreError> {
        let names = Names::load(&connection)?;
        let (tables, source) = times_log::load(&connection)?;
        let times_log = match (source, &lock) {
            (Source::Log(length), _) => length,
            (Source::Rows, None) => LogLength::default(),
            (Source::Rows, Some(_)) => {
                let transaction =
                    Transaction::new_unchecked(&connection, TransactionBehavior::Immediate).map_err(failed)?;
                let length = times_log::snapshot(&transaction, &tables)?;
                transaction.commit().map_err(failed)?;
                length
            }
        };
        let (overlay, last_batch) = fold::replay(&connection, &names)?;
        let times = tables.with(&overlay);
        let mut in_place = InPlace::new(&data.join(FILE));
        in_place.check()?;
        Ok(Self {
            connection,
            names,
            tips: HashMap::new(),
            overlay,
            times,
            times_log,
            last_batch,
            logged: 0,
            in_place,
            _lock: lock,
        })
    }

    /// Folds about `max` clients.
    fn fold(&mut self, max: usize) -> Result<(), StoreError> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(failed)?;
        let folded = fold::some(&transaction, &self.overlay, max, self.last_batch)?;
        let times_log = times_log::note(&transaction, (&self.overlay, &folded), &self.times, self.times_log)?;
        transaction.commit().map_err(failed)?;
        self.folded(&folded, times_log);
        Ok(())
    }

    /// Takes into memory that a step of folding is durable.
    fn folded(&mut self, folded: &Folded, times_log: LogLength) {
        self.overlay.forget(folded);
        self.times_log = times_log;
    }

    /// Writes a batch.
    fn write(
        &self,
        transaction: &Transaction<'_>,
        (host, ledger, seals): (KeyId, &Ledger, &Seals),
    ) -> Result<Written, StoreError> {
        let batch = self.last_batch + 1;
        let mut new_names = Vec::new();
        for entry in ledger.entries() {
            for text in [entry.family.as_str(), entry.product.as_str()] {
                if self.names.find(text).is_none() && !new_names.iter().any(|(_, other)| other == text) {
                    new_names.push((rows::add_name(transaction, text)?, text.to_owned()));
                }
            }
        }
        let at = integer(ledger.now().unix());
        sql::run(
            transaction,
            include_str!("../../sql/host/add_batch.sql"),
            (batch, at, encode_entries(ledger.entries()), encode_seals(seals.iter().map(|seal| (host, seal)))),
        )?;
        let folded = fold::along(transaction, &self.overlay, ledger.entries().len(), self.last_batch)?;
        let times_log = times_log::note(transaction, (&self.overlay, &folded), &self.times, self.times_log)?;
        Ok(Written { batch, new_names, folded, times_log })
    }

    /// Takes into memory what is durable now.
    fn committed(&mut self, (host, ledger, seals): (KeyId, &Ledger, &Seals), written: Written) {
        let Written { batch, new_names, folded, times_log } = written;
        self.names.extend(new_names);
        self.last_batch = batch;
        self.folded(&folded, times_log);
        for seal in seals.iter() {
            self.overlay.sealed(host, seal.number, batch);
            self.tips.insert(host, Tip { number: seal.number, seal: seal.seal });
        }
        self.take_over(ledger);
        self.reuse_log(ledger.entries().len());
    }

    /// Has the write-ahead log begin anew after some small batches. A file that grows costs a second write for each commit, of its length, which is
    /// half of what a batch of one waits for; one in 256 waits for the copying instead. Large batches leave it until SQLite
    /// does it by itself.
    fn reuse_log(&mut self, batch: usize) {
        self.logged = self.logged.saturating_add(1);
        if batch <= SMALL_BATCH && self.logged >= LOGGED_BATCHES {
            self.logged = 0;
            // What is in the log is durable there: copying that fails is done by the next.
            let _ = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()));
        }
    }

    fn take_over(&mut self, ledger: &Ledger) {
        let ids: Vec<i64> =
            ledger.families().map(|family| self.names.find(family.id.as_str()).unwrap_or_default()).collect();
        // What was looked at and stays as it was has nothing to fold.
        for change in ledger.sightings().iter().filter(|change| change.before != change.after) {
            if let Some(after) = &change.after {
                let (family, client) = change.key;
                let before = change.before.as_ref().and_then(times::counted);
                self.times.saw(ids[family], before, times::counted(after));
                self.overlay.see((client, ids[family]), after.clone(), before);
            }
        }
        for change in ledger.leases().iter().filter(|change| change.before != change.after) {
            if let (Some(after), Some(product)) = (change.after, self.names.find(change.key.2.as_str())) {
                let (family, client, _) = change.key;
                let before = change.before.and_then(|before| before.held.runs_until());
                self.times.leased(ids[family], before, after.held.runs_until());
                self.overlay.lease((client, ids[family], product), after, before);
            }
        }
        self.overlay.journalled(ledger.entries().len());
    }
}

impl HostStore for SqliteHost {
    fn decide(
        &mut self,
        batch: &Batch<'_>,
        decide: &mut dyn FnMut(&mut Ledger) -> Seals,
    ) -> Result<Option<u64>, StoreError> {
        let of_family = |family: &Family| self.times.counts(self.names.find(family.id.as_str()), family, batch.now);
        let counts = batch.families.iter().map(of_family).collect();
        // One transaction from the first row that is read: each statement by itself would lock and unlock the file.
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(failed)?;
        let mut ledger = Ledger::new(batch, self.loaded(batch, counts)?);
        let seals = decide(&mut ledger);
        if ledger.entries().is_empty() {
            return Ok(None);
        }
        let decided = (batch.host, &ledger, &seals);
        let written = self.write(&transaction, decided)?;
        transaction.commit().map_err(failed)?;
        self.committed(decided, written);
        self.newest_batch().map(Some)
    }

    fn introduce(&mut self, host: &PublicKey) -> Result<(), StoreError> {
        let id = host.id();
        sql::run(&self.connection, include_str!("../../sql/host/add_signer.sql"), (id.0.as_slice(), host.0.as_slice()))
    }

    fn prune(&mut self, before: Timestamp) -> Result<bool, StoreError> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(failed)?;
        let more = prune::some(&transaction, before)?;
        transaction.commit().map_err(failed)?;
        Ok(more)
    }

    fn newest_batch(&mut self) -> Result<u64, StoreError> {
        u64::try_from(self.last_batch).map_err(|_| damaged("the number of a batch"))
    }

    fn tidy(&mut self) -> Result<bool, StoreError> {
        if self.overlay.is_empty() {
            return Ok(false);
        }
        self.fold(fold::AT_REST)?;
        Ok(!self.overlay.is_empty())
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        sql::run(&self.connection, include_str!("../../sql/host/touch.sql"), ())
    }

    fn check_in_place(&mut self) -> Result<(), StoreError> {
        self.in_place.check()
    }

    fn counts(&mut self, family: &Family, now: Timestamp) -> Result<Counts, StoreError> {
        Ok(self.times.counts(self.names.find(family.id.as_str()), family, now))
    }

    fn clients(&mut self, after: Option<KeyId>, max: usize) -> Result<Vec<ClientRow>, StoreError> {
        rows::clients(&self.connection, &self.overlay, &self.names, after, max)
    }

    fn devices(&mut self, user: UserId, now: Timestamp) -> Result<Vec<KeyId>, StoreError> {
        let leases = rows::leases_of_user(&self.connection, &self.overlay, user, now)?;
        let mut clients: Vec<KeyId> = leases.into_iter().map(|((client, ..), _)| client).collect();
        clients.dedup();
        Ok(clients)
    }

    fn find_clients(&mut self, search: &ClientSearch, after: Option<KeyId>, max: usize) -> Result<Stretch, StoreError> {
        find::clients(&self.connection, (&self.overlay, &self.names), search, after, max)
    }

    fn batches_before(&mut self, before: Option<u64>, max: usize) -> Result<Vec<DecidedBatch>, StoreError> {
        find::batches(&self.connection, before, max)
    }

    fn events(&mut self, max: usize) -> Result<Vec<Entry>, StoreError> {
        let mut statement =
            self.connection.prepare_cached(include_str!("../../sql/host/newest_batches.sql")).map_err(failed)?;
        let mut found = statement.query((i64::MAX, -1)).map_err(failed)?;
        let mut entries = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            if entries.len() >= max {
                break;
            }
            let (at, bytes): (i64, Vec<u8>) = (row.get(1).map_err(failed)?, row.get(2).map_err(failed)?);
            let batch = decode_entries(&bytes, sql::time(at)).map_err(|_| damaged("a journal row"))?;
            entries.extend(batch.into_iter().rev());
        }
        entries.truncate(max);
        Ok(entries)
    }

    fn seals(&mut self, host: KeyId, max: usize) -> Result<Vec<SealRow>, StoreError> {
        chain::seals(&self.connection, self.overlay.links(), (host, u64::MAX), max)
    }

    fn seal_at(&mut self, host: KeyId, number: u64) -> Result<Option<SealRow>, StoreError> {
        let found = chain::seals(&self.connection, self.overlay.links(), (host, number), 1)?;
        Ok(found.into_iter().find(|seal| seal.number == number))
    }
}

/// Batches after which the write-ahead log begins anew, and the entries of one that is small.
const LOGGED_BATCHES: u32 = 256;
const SMALL_BATCH: usize = 8;

/// The database's name in the host's folder.
pub const FILE: &str = "leasehold.db";
#[cfg(test)]
mod tests;
