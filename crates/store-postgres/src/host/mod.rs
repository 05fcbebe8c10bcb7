//! Hosts on PostgreSQL: one transaction a batch, counts shared by all hosts of the store.
//!
//! A batch takes two round trips: one that locks the host's chain and the families and loads the rows, one that writes
//! and commits. The transaction that has a family's row locked counts for all; locks are taken in one order, so none waits in a
//! circle.

mod attempt;
mod columns;
mod horizon;
mod prune;
mod read;
mod records;
mod rows;
mod session;

use std::time::Duration;

use leasehold_core::{KeyId, PublicKey, Timestamp, UserId};
use leasehold_store::StoreError;
use leasehold_store::host::{
    Batch, ClientRow, ClientSearch, Counts, DecidedBatch, Entry, Family, HostStore, Ledger, SealRow, Seals, Stretch,
};
use leasehold_store::migration::title;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::address::Address;
use crate::failure::Fault;
use crate::schema::Schema;
use crate::session::{Purpose, Session, runtime};
use session::HostSession;

/// A host's store in a PostgreSQL database, shared with the other hosts there. Not to be used from within a runtime.
#[derive(Debug)]
pub struct PostgresHost {
    runtime: Runtime,
    address: Address,
    purpose: Purpose,
    session: Option<HostSession>,
}

impl PostgresHost {
    /// Opens the store for writing; makes it where it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::Newer`] among others.
    pub fn open(address: Address) -> Result<Self, StoreError> {
        let runtime = runtime()?;
        let purpose = Purpose::Serving;
        let session = runtime.block_on(async {
            let session = Session::open(&address, purpose).await?;
            SCHEMA.bring_up_to_date(&session.client).await?;
            HostSession::on(session).await
        })?;
        Ok(Self { runtime, address, purpose, session: Some(session) })
    }

    /// Opens the store for reading, also while hosts serve from it; `None` where there is none yet.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::Newer`] and [`StoreError::Older`] among others.
    pub fn open_reader(address: Address) -> Result<Option<Self>, StoreError> {
        let runtime = runtime()?;
        let purpose = Purpose::Looking;
        let session = runtime.block_on(async {
            let session = Session::open(&address, purpose).await?;
            match SCHEMA.version(&session.client).await? {
                None => Ok(None),
                Some(found) if found < SCHEMA.known() => Err(StoreError::Older { found, known: SCHEMA.known() }.into()),
                Some(_) => HostSession::on(session).await.map(Some),
            }
        });
        let opened = session.map_err(|fault: Fault| StoreError::from(fault))?;
        Ok(opened.map(|session| Self { runtime, address, purpose, session: Some(session) }))
    }

    /// The version of the schema and the one this program knows; `None` where there is no store of hosts.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::Newer`] among others.
    pub fn versions(address: &Address) -> Result<Option<(u64, u64)>, StoreError> {
        SCHEMA.versions(address)
    }

    /// What each migration does, in order; the `n`th leads to version `n`.
    pub fn migrations() -> Vec<String> {
        SCHEMA.steps.iter().map(|step| title(step)).collect()
    }

    /// What is left of a connection after a fault: one that is whole goes on, without the transaction.
    fn recover(&mut self, fault: &Fault) {
        if let Some(session) = self.session.as_ref().filter(|_| !fault.is_loss() && !fault.spoils_the_connection()) {
            let rolled_back =
                self.runtime.block_on(async { timeout(TIMEOUT, session.client().batch_execute("ROLLBACK")).await });
            if matches!(rolled_back, Ok(Ok(()))) {
                return;
            }
        }
        self.session = None;
    }

    /// The number of a batch that was being committed when the connection was lost, where it is recorded.
    fn was_recorded(&mut self, host: KeyId, entries: &[u8]) -> Result<Option<u64>, StoreError> {
        self.ask(&async |session| session.was_recorded(host, entries).await)
    }

    /// Asks the database; once more where the connection had been lost meanwhile.
    fn ask<T>(&mut self, question: &impl AsyncFn(&mut HostSession) -> Result<T, Fault>) -> Result<T, StoreError> {
        let limit = match self.purpose {
            Purpose::Serving => TIMEOUT,
            Purpose::Looking => Duration::MAX,
        };
        let mut tries = 0;
        loop {
            let Self { runtime, address, purpose, session } = self;
            let answer = runtime.block_on(async {
                let session = connected(session, address, *purpose).await?;
                timeout(limit, question(session)).await.unwrap_or(Err(Fault::Late))
            });
            tries += 1;
            match answer {
                Ok(answer) => return Ok(answer),
                Err(fault) => {
                    self.recover(&fault);
                    let again = fault.is_conflict() || fault.is_loss() && !matches!(fault, Fault::Late);
                    if !again || tries == TRIES {
                        return Err(fault.into());
                    }
                }
            }
        }
    }
}

impl HostStore for PostgresHost {
    fn decide(
        &mut self,
        batch: &Batch<'_>,
        decide: &mut dyn FnMut(&mut Ledger) -> Seals,
    ) -> Result<Option<u64>, StoreError> {
        let mut tries = 0;
        loop {
            let mut sent = None;
            let Self { runtime, address, purpose, session } = self;
            let outcome = runtime.block_on(async {
                let session = connected(session, address, *purpose).await?;
                timeout(TIMEOUT, session.attempt(batch, decide, &mut sent)).await.unwrap_or(Err(Fault::Late))
            });
            let fault = match outcome {
                Ok(number) => return Ok(number),
                Err(fault) => fault,
            };
            tries += 1;
            self.recover(&fault);
            if let Some(entries) = sent.filter(|_| fault.is_loss()) {
                // The connection was lost while committing: only the database knows how that ended. If it cannot be
                // asked, those who asked try again with the same request, and are granted the same anew.
                match self.was_recorded(batch.host, &entries) {
                    Ok(Some(number)) => return Ok(Some(number)),
                    Ok(None) => {}
                    Err(_) => return Err(fault.into()),
                }
            }
            let again = fault.is_conflict() || fault.is_loss() && !matches!(fault, Fault::Late);
            if !again || tries == TRIES {
                return Err(fault.into());
            }
        }
    }

    fn introduce(&mut self, host: &PublicKey) -> Result<(), StoreError> {
        self.ask(&async |session| session.introduce(host).await)
    }

    fn prune(&mut self, before: Timestamp) -> Result<bool, StoreError> {
        self.ask(&async |session| session.prune(before).await)
    }

    fn newest_batch(&mut self) -> Result<u64, StoreError> {
        self.ask(&async |session| session.newest_batch().await)
    }

    /// There is nothing to do later here; whether the database still answers.
    fn tidy(&mut self) -> Result<bool, StoreError> {
        self.ask(&async |session| session.look().await).map(|()| false)
    }

    fn probe(&mut self) -> Result<(), StoreError> {
        self.ask(&async |session| session.touch().await)
    }

    fn counts(&mut self, family: &Family, now: Timestamp) -> Result<Counts, StoreError> {
        self.ask(&async |session| session.counts(family, now).await)
    }

    fn leases_ending(&mut self, family: &Family, between: (Timestamp, Timestamp)) -> Result<u64, StoreError> {
        self.ask(&async |session| session.leases_ending(family, between).await)
    }

    fn clients(&mut self, after: Option<KeyId>, max: usize) -> Result<Vec<ClientRow>, StoreError> {
        self.ask(&async |session| session.clients(after, max).await)
    }

    fn devices(&mut self, user: UserId, now: Timestamp) -> Result<Vec<KeyId>, StoreError> {
        self.ask(&async |session| session.devices(user, now).await)
    }

    fn find_clients(&mut self, search: &ClientSearch, after: Option<KeyId>, max: usize) -> Result<Stretch, StoreError> {
        self.ask(&async |session| session.find_clients(search, after, max).await)
    }

    fn batches_before(&mut self, before: Option<u64>, max: usize) -> Result<Vec<DecidedBatch>, StoreError> {
        self.ask(&async |session| session.decided_before(before, max).await)
    }

    fn events(&mut self, max: usize) -> Result<Vec<Entry>, StoreError> {
        self.ask(&async |session| session.events(max).await)
    }

    fn seals(&mut self, host: KeyId, max: usize) -> Result<Vec<SealRow>, StoreError> {
        self.ask(&async |session| session.seals(host, max).await)
    }

    fn seal_at(&mut self, host: KeyId, number: u64) -> Result<Option<SealRow>, StoreError> {
        self.ask(&async |session| session.seal_at(host, number).await)
    }

    /// A database keeps its files itself.
    fn check_in_place(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The connection there is, or a new one.
async fn connected<'s>(
    held: &'s mut Option<HostSession>,
    address: &Address,
    purpose: Purpose,
) -> Result<&'s mut HostSession, Fault> {
    let session = match held.take().filter(|session| !session.client().is_closed()) {
        Some(session) => session,
        None => timeout(TIMEOUT, HostSession::open(address, purpose)).await.unwrap_or(Err(Fault::Late))?,
    };
    Ok(held.insert(session))
}

/// How long a batch may take in all before the waiting clients are asked to come again.
const TIMEOUT: Duration = Duration::from_secs(8);
/// How often a batch is tried where others were in the way or the connection was lost.
const TRIES: u32 = 4;

pub(crate) const SCHEMA: Schema = Schema {
    name: "leasehold_host",
    steps: &[
        include_str!("../../migrations/host/0001_initial.sql"),
        include_str!("../../migrations/host/0002_counting.sql"),
        include_str!("../../migrations/host/0003_sealed_refusals.sql"),
        include_str!("../../migrations/host/0004_early_ends.sql"),
        include_str!("../../migrations/host/0005_pruning.sql"),
        include_str!("../../migrations/host/0006_users.sql"),
        include_str!("../../migrations/host/0007_horizon.sql"),
    ],
    lock: 0x6c68_0001,
};

#[cfg(test)]
mod tests;
