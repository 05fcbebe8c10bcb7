//! The authority on PostgreSQL: serialisable transactions, run again where others were in the way.

macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!("../../sql/authority/", $name, ".sql"))
    };
}

mod activations;
mod audit;
mod copy;
mod families;
mod keys;
mod objects;
mod pool;
mod products;
mod reports;
mod revocations;
mod row;
mod similar;
mod tokens;
mod transaction;
mod vendor;

use std::fmt;
use std::thread;
use std::time::Duration;

use leasehold_store::StoreError;
use leasehold_store::authority::{AuthorityStore, Work};
use leasehold_store::migration::title;
use tokio::runtime::Runtime;
use tracing::{debug, warn};

use crate::address::Address;
use crate::failure::Fault;
use crate::schema::Schema;
use crate::session::{Purpose, Session};
use pool::{Connection, Pool};
use transaction::{Failed, PostgresTransaction};

/// An authority's store in a PostgreSQL database; many threads may use it. Not to be used on a runtime's own threads.
pub struct PostgresAuthority {
    runtime: Option<Runtime>,
    pool: Pool,
}

impl PostgresAuthority {
    /// Opens the store; makes it where it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::Newer`] among others.
    pub fn open(address: &Address) -> Result<Self, StoreError> {
        // The thread that moves bytes; those who ask wait on their own.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        runtime.block_on(async {
            let session = Session::open(address, Purpose::Looking).await?;
            SCHEMA.bring_up_to_date(&session.client).await
        })?;
        let pool = pool::make(address)?;
        Ok(Self { runtime: Some(runtime), pool })
    }

    /// The version of the schema and the one this program knows; `None` where there is no store of an authority's.
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

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("it is there until the store is dropped")
    }

    fn attempt(&self, work: &mut Work<'_>) -> Result<(), Trouble> {
        let runtime = self.runtime();
        let connection = runtime.block_on(pool::take(&self.pool)).map_err(Trouble::of)?;
        let connection = Unfinished::new(connection);
        let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
        runtime.block_on(connection.get().batch_execute(begin)).map_err(|error| Trouble::of(error.into()))?;
        let mut tx = PostgresTransaction::new(runtime, connection.get());
        let ended = work(&mut tx);
        let ended = match (ended, tx.failed()) {
            (_, Some(Failed::Conflict)) => Err(Trouble::Conflict),
            (Err(error), _) => Err(Trouble::Other(error)),
            (Ok(()), Some(Failed::Otherwise)) => {
                Err(Trouble::Other(StoreError::Unavailable("a transaction that had failed was to be committed".into())))
            }
            (Ok(()), None) => Ok(()),
        };
        let last = if ended.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let closed = runtime.block_on(connection.get().batch_execute(last));
        if closed.is_ok() {
            connection.finished();
        }
        ended?;
        closed.map_err(|error| Trouble::of(error.into()))
    }
}

impl AuthorityStore for PostgresAuthority {
    fn run(&self, name: &'static str, work: &mut Work<'_>) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            let error = match self.attempt(work) {
                Ok(()) => {
                    debug!(transaction = name, "committed");
                    return Ok(());
                }
                Err(Trouble::Conflict) if tries < TRIES => {
                    tries += 1;
                    // One of those in each other's way gets through; the longer it takes the more room it is given.
                    thread::sleep(Duration::from_millis(tries));
                    continue;
                }
                Err(Trouble::Conflict) => StoreError::Unavailable("others were in the way again and again".into()),
                Err(Trouble::Other(error)) => error,
            };
            warn!(transaction = name, %error, "rolled back");
            return Err(error);
        }
    }
}

impl fmt::Debug for PostgresAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresAuthority")
    }
}

impl Drop for PostgresAuthority {
    fn drop(&mut self) {
        self.pool.close();
        if let Some(runtime) = self.runtime.take() {
            // It may be dropped where waiting is not allowed.
            runtime.shutdown_background();
        }
    }
}

/// Why a transaction did not come about.
enum Trouble {
    Conflict,
    Other(StoreError),
}

impl Trouble {
    fn of(fault: Fault) -> Self {
        if fault.is_conflict_of_rows() { Self::Conflict } else { Self::Other(fault.into()) }
    }
}

/// A connection in a transaction: unless that has ended, the connection is not used again.
struct Unfinished(Option<Connection>);

impl Unfinished {
    fn new(connection: Connection) -> Self {
        Self(Some(connection))
    }

    fn get(&self) -> &Connection {
        self.0.as_ref().expect("it is there until it is finished with")
    }

    fn finished(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|connection| drop(Connection::take(connection)));
    }
}

/// How often a transaction is tried again.
const TRIES: u64 = 60;

const SCHEMA: Schema = Schema {
    name: "leasehold_authority",
    steps: &[
        include_str!("../../migrations/authority/0001_initial.sql"),
        include_str!("../../migrations/authority/0002_administration.sql"),
        include_str!("../../migrations/authority/0003_tokens.sql"),
        include_str!("../../migrations/authority/0004_reports.sql"),
        include_str!("../../migrations/authority/0005_devices.sql"),
        include_str!("../../migrations/authority/0006_directories.sql"),
    ],
    lock: 0x6c68_0002,
};
