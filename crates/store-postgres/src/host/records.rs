//! The store record by record: for copies, backups and checks.

use std::mem;

use leasehold_core::{KeyId, PublicKey, Span};
use leasehold_store::StoreError;
use leasehold_store::host::{
    BatchRow, ClientPages, ClientRow, Counts, Flaw, Record, Records, SealHistory, SealRow, SealedEntries,
};

use super::PostgresHost;
use super::columns::{Clients, Column, Leases};
use super::prune::base_of;
use super::rows::{self, bytes, integer};
use super::session::HostSession;
use crate::failure::Fault;
use crate::session::Purpose;

type Each<'e> = dyn FnMut(Record) -> Result<(), StoreError> + 'e;
type Next<'n> = dyn FnMut() -> Result<Option<Record>, StoreError> + 'n;

impl Records for PostgresHost {
    fn dump(&mut self, each: &mut Each<'_>) -> Result<(), StoreError> {
        let dumped: Result<(), Fault> = self.runtime.block_on(async {
            let session = HostSession::open(&self.address, Purpose::Looking).await?;
            session.begin("REPEATABLE READ READ ONLY").await?;
            session.dump_signers_and_bases(each).await?;
            session.dump_batches(each).await?;
            session.dump_clients(each).await
        });
        Ok(dumped?)
    }

    fn restore(&mut self, next: &mut Next<'_>) -> Result<(), StoreError> {
        let restored: Result<(), Fault> = self.runtime.block_on(async {
            let mut session = HostSession::open(&self.address, Purpose::Looking).await?;
            // Hosts that serve from it wait: nothing comes in between.
            let lock = "LOCK TABLE leasehold_host.family, leasehold_host.chain IN EXCLUSIVE MODE";
            session.begin("READ COMMITTED").await?;
            session.client().batch_execute(lock).await?;
            let restored = session.restore(next).await;
            session.client().batch_execute(if restored.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
            restored
        });
        Ok(restored?)
    }

    fn flaws(&mut self) -> Result<Vec<Flaw>, StoreError> {
        self.ask(&async |session| session.flaws().await)
    }
}

impl SealHistory for PostgresHost {
    fn seals_after(
        &mut self,
        host: KeyId,
        after: u64,
        each: &mut dyn FnMut(SealedEntries) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let handed: Result<(), Fault> = self.runtime.block_on(async {
            let session = HostSession::open(&self.address, Purpose::Looking).await?;
            session.begin("REPEATABLE READ READ ONLY").await?;
            session.seals_after(host, after, each).await
        });
        Ok(handed?)
    }
}

/// Records on their way into the tables.
#[derive(Default)]
struct Pending {
    bases: Vec<ClientRow>,
    batches: Vec<BatchRow>,
    clients: Vec<ClientRow>,
    last_batch: i64,
    pruned: i64,
    latest: u64,
}

impl HostSession {
    async fn dump_signers_and_bases(&self, each: &mut Each<'_>) -> Result<(), Fault> {
        for row in self.client().query(&self.statements.signers, &[]).await? {
            each(Record::Signer(PublicKey(bytes(&row, 0)?)))?;
        }
        let mut after: (Vec<u8>, String) = Default::default();
        loop {
            let page: [Column<'_>; 3] = [&after.0, &after.1, &CLIENTS];
            let page = self.client().query(&self.statements.bases_from, &page).await?;
            for row in &page {
                each(Record::Base(base_of(row, 2)?))?;
            }
            let Some(last) = page.last() else { return Ok(()) };
            after = (last.try_get(0)?, last.try_get(1)?);
        }
    }

    async fn dump_batches(&self, each: &mut Each<'_>) -> Result<(), Fault> {
        let mut after = 0_i64;
        loop {
            let page = self.client().query(&self.statements.batches_after, &[&after, &BATCHES]).await?;
            let mut waiting: Option<BatchRow> = None;
            for row in &page {
                after = row.try_get(0)?;
                let number = rows::unsigned(row, 0)?;
                let sealed: Option<&[u8]> = row.try_get(3)?;
                let seal = match sealed {
                    Some(_) => Some((KeyId(bytes(row, 3)?), rows::seal(row, 4)?)),
                    None => None,
                };
                // A batch with two seals is two rows.
                if let Some(batch) = waiting.as_mut().filter(|batch| batch.number == number) {
                    batch.seals.extend(seal);
                    continue;
                }
                let (at, entries) = (rows::time(row, 1)?, row.try_get(2)?);
                let next = BatchRow { number, at, entries, seals: seal.into_iter().collect() };
                waiting.replace(next).map(Record::Batch).map_or(Ok(()), &mut *each)?;
            }
            waiting.map(Record::Batch).map_or(Ok(()), &mut *each)?;
            if page.is_empty() {
                return Ok(());
            }
        }
    }

    async fn seals_after(
        &self,
        host: KeyId,
        after: u64,
        each: &mut dyn FnMut(SealedEntries) -> Result<(), StoreError>,
    ) -> Result<(), Fault> {
        let mut after = integer(after);
        loop {
            let page: [Column<'_>; 3] = [&&host.0[..], &after, &BATCHES];
            let page = self.client().query(&self.statements.seals_after, &page).await?;
            for row in &page {
                after = row.try_get(0)?;
                each(SealedEntries { seal: rows::seal(row, 0)?, entries: row.try_get(9)? })?;
            }
            if page.is_empty() {
                return Ok(());
            }
        }
    }

    async fn dump_clients(&self, each: &mut Each<'_>) -> Result<(), Fault> {
        let mut pages = ClientPages::default();
        while !pages.ended {
            let page = self.clients(pages.after, ClientPages::MAX).await?;
            pages.take(page, each)?;
        }
        Ok(())
    }

    async fn restore(&mut self, next: &mut Next<'_>) -> Result<(), Fault> {
        let empty: bool = self.client().query_one(&self.statements.is_empty, &[]).await?.try_get(0)?;
        if !empty {
            return Err(StoreError::NotEmpty.into());
        }
        let mut pending = Pending::default();
        while let Some(record) = next()? {
            match record {
                Record::Signer(key) => self.introduce(&key).await?,
                Record::Base(base) => pending.bases.push(base),
                Record::Batch(batch) => {
                    if batch.entries.is_empty() {
                        pending.pruned = pending.pruned.max(integer(batch.number));
                    }
                    pending.last_batch = pending.last_batch.max(integer(batch.number));
                    pending.latest = pending.latest.max(batch.at.unix());
                    pending.batches.push(batch);
                }
                Record::Client(client) => pending.clients.push(client),
            }
            if pending.bases.len() >= MAX_CLIENTS {
                self.put_bases(&mem::take(&mut pending.bases)).await?;
            }
            if pending.batches.len() >= MAX_BATCHES {
                self.put_batches(mem::take(&mut pending.batches)).await?;
            }
            if pending.clients.len() >= MAX_CLIENTS {
                self.put_clients(mem::take(&mut pending.clients)).await?;
            }
        }
        self.put_bases(&pending.bases).await?;
        self.put_batches(pending.batches).await?;
        self.put_clients(pending.clients).await?;
        self.client().execute(&self.statements.set_pruned, &[&pending.pruned]).await?;
        self.client().execute(&self.statements.put_chains, &[]).await?;
        if pending.last_batch > 0 {
            self.client().execute(&self.statements.number_on, &[&pending.last_batch]).await?;
        }
        self.count_anew(pending.latest).await
    }

    async fn put_batches(&self, batches: Vec<BatchRow>) -> Result<(), Fault> {
        let numbers: Vec<i64> = batches.iter().map(|batch| integer(batch.number)).collect();
        let times: Vec<i64> = batches.iter().map(|batch| integer(batch.at.unix())).collect();
        let entries: Vec<&[u8]> = batches.iter().map(|batch| &batch.entries[..]).collect();
        self.client().execute(&self.statements.put_batches, &[&numbers, &times, &entries]).await?;
        let sealed: Vec<(i64, KeyId, &SealRow)> = batches
            .iter()
            .flat_map(|batch| batch.seals.iter().map(|(host, seal)| (integer(batch.number), *host, seal)))
            .collect();
        let hosts: Vec<&[u8]> = sealed.iter().map(|(_, host, _)| &host.0[..]).collect();
        let within: Vec<i64> = sealed.iter().map(|(batch, ..)| *batch).collect();
        let whole =
            |part: fn(&SealRow) -> u64| sealed.iter().map(|(.., seal)| integer(part(seal))).collect::<Vec<i64>>();
        let hash = |part: fn(&SealRow) -> &[u8]| sealed.iter().map(|(.., seal)| part(seal)).collect::<Vec<&[u8]>>();
        let (seals, at) = (whole(|seal| seal.number), whole(|seal| seal.at.unix()));
        let (previous, root) = (hash(|seal| &seal.previous), hash(|seal| &seal.root));
        let (own, signature) = (hash(|seal| &seal.seal), hash(|seal| &seal.signature));
        let leaves = hash(|seal| seal.leaves.as_flattened());
        let kinds: Vec<i32> = sealed.iter().map(|(.., seal)| i32::from(seal.kind.number())).collect();
        let sizes = whole(|seal| seal.size);
        let columns: [Column<'_>; 11] =
            [&hosts, &seals, &within, &at, &previous, &root, &own, &signature, &leaves, &kinds, &sizes];
        self.client().execute(&self.statements.put_seals, &columns).await?;
        Ok(())
    }

    async fn put_clients(&mut self, rows: Vec<ClientRow>) -> Result<(), Fault> {
        let (mut clients, mut leases) = (Clients::default(), Leases::default());
        for row in rows {
            let family = self.family_or_new(row.family).await?;
            clients.push((row.client, family), &row.sighting);
            for (product, lease) in &row.leases {
                let product = self.product_or_new(*product).await?;
                leases.push((row.client, family, product), lease);
            }
        }
        self.client().execute(&self.statements.put_clients, &clients.columns()).await?;
        self.client().execute(&self.statements.put_leases, &leases.columns()).await?;
        Ok(())
    }

    /// Counts the rows by seconds, and at boundaries near those of the next batch.
    async fn count_anew(&self, latest: u64) -> Result<(), Fault> {
        let (seen, ends) = (integer(latest.saturating_sub(WINDOW.as_seconds())), integer(latest));
        self.client().execute(&self.statements.count_seconds, &[]).await?;
        self.client().execute(&self.statements.count_anew, &[&seen, &ends]).await?;
        Ok(())
    }

    async fn flaws(&self) -> Result<Vec<Flaw>, Fault> {
        let mut flaws = Vec::new();
        for row in self.client().query(&self.statements.kept_counts, &[]).await? {
            let kept = Counts { clients: rows::unsigned(&row, 2)?, live: rows::unsigned(&row, 3)? };
            let found = Counts { clients: rows::unsigned(&row, 4)?, live: rows::unsigned(&row, 5)? };
            if kept != found {
                flaws.push(Flaw::Counts { family: row.try_get(1)?, kept, found });
            }
            if row.try_get::<_, i64>(6)? != 0 {
                flaws.push(Flaw::Times { family: row.try_get(1)? });
            }
        }
        Ok(flaws)
    }
}

/// Bases that are read at once.
const CLIENTS: i64 = 1_000;
/// Batches that are read at once.
const BATCHES: i64 = 64;
/// Batches that are written at once; one may have a hundred kilobytes.
const MAX_BATCHES: usize = 64;
/// Clients that are written at once.
const MAX_CLIENTS: usize = 1_024;
/// The window of most families; where it is another, the first batch counts the difference.
const WINDOW: Span = Span::days(30);
