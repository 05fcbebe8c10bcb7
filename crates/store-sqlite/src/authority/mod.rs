//! The authority on SQLite.

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
mod products;
mod reports;
mod revocations;
mod row;
mod similar;
mod subjects;
mod tokens;
mod transaction;
mod vendor;

use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

use leasehold_store::StoreError;
use leasehold_store::authority::{AuthorityStore, Work};
use leasehold_store::migration::title;
use rusqlite::{Connection, TransactionBehavior};
use rusqlite_migration::{M, Migrations};
use tracing::{debug, warn};

use crate::open::{failed, versions, writer};
use transaction::SqliteTransaction;

/// An authority's store in one file. Other connections, of this program or others, may be open to it.
#[derive(Debug)]
pub struct SqliteAuthority {
    connection: Mutex<Connection>,
}

impl SqliteAuthority {
    /// Opens the store in the file `path`, made for its owner alone where it is missing.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::Newer`] among others.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: Mutex::new(writer(path, &MIGRATIONS)?) })
    }

    /// The version of the schema in the file `path` and the one this program knows; `None` where there is no such file.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::Newer`] among others.
    pub fn versions(path: &Path) -> Result<Option<(u64, u64)>, StoreError> {
        versions(path, &MIGRATIONS)
    }

    /// What each migration does, in order; the `n`th leads to version `n`.
    pub fn migrations() -> Vec<String> {
        STEPS.map(title).to_vec()
    }
}

impl AuthorityStore for SqliteAuthority {
    fn run(&self, name: &'static str, work: &mut Work<'_>) -> Result<(), StoreError> {
        // A thread that panicked in a transaction has left it rolled back.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = in_one_transaction(&mut connection, work);
        match &ended {
            Ok(()) => debug!(transaction = name, "committed"),
            Err(error) => warn!(transaction = name, %error, "rolled back"),
        }
        ended
    }
}

fn in_one_transaction(connection: &mut Connection, work: &mut Work<'_>) -> Result<(), StoreError> {
    // The lock for writing is taken before anything is read, so nothing that is read can change before the commit.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let mut tx = SqliteTransaction::new(tx);
    work(&mut tx)?;
    tx.commit()
}

const STEPS: [&str; 6] = [
    include_str!("../../migrations/authority/0001_initial.sql"),
    include_str!("../../migrations/authority/0002_administration.sql"),
    include_str!("../../migrations/authority/0003_tokens.sql"),
    include_str!("../../migrations/authority/0004_reports.sql"),
    include_str!("../../migrations/authority/0005_devices.sql"),
    include_str!("../../migrations/authority/0006_directories.sql"),
];

static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    let mut steps = STEPS.map(M::up);
    steps[1] = M::up_with_hook(STEPS[1], subjects::name);
    Migrations::new(steps.to_vec())
});
