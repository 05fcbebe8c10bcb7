//! Copies of a host's store, made while the host serves, and whether a store is whole.

use std::fs::{self, File};
use std::path::Path;

use leasehold_store::StoreError;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::lock::lock;
use super::{FILE, MIGRATIONS, SqliteHost};
use crate::open::{damaged, failed, make_private, reader};

/// Held while another store is put into a folder: no host serves from it meanwhile.
#[derive(Debug)]
pub struct Hold {
    _lock: File,
}

impl SqliteHost {
    /// Copies the store in the folder `data` to the new file `to`, as it is at one moment. A host that serves from it is
    /// not kept waiting. What the host has recorded and not folded yet is in the copy's journal.
    ///
    /// # Errors
    /// [`StoreError`]; what there is of `to` is then worth nothing.
    pub fn copy(data: &Path, to: &Path) -> Result<(), StoreError> {
        let from = reader(&data.join(FILE), &MIGRATIONS)?;
        make_private(to).map_err(|error| StoreError::Unavailable(error.into()))?;
        let mut copy = Connection::open(to).map_err(failed)?;
        let backup = Backup::new(&from, &mut copy).map_err(failed)?;
        // In one step, which is one transaction of a reader: a writer goes on beside it.
        backup.step(-1).map_err(failed)?;
        drop(backup);
        copy.close().map_err(|(_, error)| failed(error))?;
        // Windows syncs what may be written alone.
        let file = File::options().write(true).open(to);
        file.and_then(|file| file.sync_all()).map_err(|error| StoreError::Unavailable(Box::new(error)))
    }

    /// Whether the store in the folder `data` is whole: every page of it, and that its journal can be read.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where it is not.
    pub fn check(data: &Path) -> Result<(), StoreError> {
        let connection = reader(&data.join(FILE), &MIGRATIONS)?;
        let verdict: String =
            connection.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0)).map_err(failed)?;
        if verdict != "ok" {
            return Err(damaged("a page of the database"));
        }
        Self::open_reader(data).map(drop)
    }

    /// Keeps hosts from serving from the folder `data` until the answer is dropped; makes no store.
    ///
    /// # Errors
    /// [`StoreError::InUse`] where one does now.
    pub fn hold(data: &Path) -> Result<Hold, StoreError> {
        Ok(Hold { _lock: lock(data)? })
    }

    /// The files of a store that there are in the folder `data`: the database, and what SQLite keeps beside it.
    pub fn files(data: &Path) -> Vec<String> {
        let names = ["", "-wal", "-shm", "-journal"].map(|end| format!("{FILE}{end}"));
        names.into_iter().filter(|name| fs::symlink_metadata(data.join(name)).is_ok()).collect()
    }
}
