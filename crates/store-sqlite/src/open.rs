//! Opening a database file: its settings, its schema, and the words for what SQLite says when it fails.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use leasehold_store::StoreError;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rusqlite_migration::{MigrationDefinitionError, Migrations};

/// Opens `path` for writing, makes it where it is missing, for its owner alone, and brings its schema up to date.
///
/// # Errors
/// [`StoreError`], [`StoreError::Newer`] among others.
pub(crate) fn writer(path: &Path, migrations: &Migrations<'_>) -> Result<Connection, StoreError> {
    make_private(path).map_err(|error| StoreError::Unavailable(error.into()))?;
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(failed)?;
    write_ahead(&connection).map_err(failed)?;
    let page_bytes: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(failed)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_BYTES / page_bytes).map_err(failed)?;
    // Every commit is on disk before it is answered.
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768;
             PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY;",
        )
        .map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    check_version(&connection, migrations)?;
    match migrations.to_latest(&mut connection) {
        Ok(()) => Ok(connection),
        // Another process that opened the store in the same moment may have migrated it first.
        Err(_) if migrations.pending_migrations(&connection).is_ok_and(|pending| pending == 0) => Ok(connection),
        Err(error) => Err(migration_failed(error)),
    }
}

/// Makes the file for its owner alone, where it is missing: SQLite would go by the umask, and gives its side files the mode of the file.
/// One that all users can read, as earlier releases made it, is closed with them.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    match leasehold_files::create_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made.map(drop),
    }
    for end in ["", "-wal", "-shm"] {
        let file = path.with_file_name([path.file_name().unwrap_or_default(), OsStr::new(end)].join(OsStr::new("")));
        match leasehold_files::close_to_others(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // Another user's store may still be one that this user can write to.
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "the store cannot be closed to other users of the machine");
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

/// Switches to the write-ahead log, which SQLite does not wait for: of several that open a new store at once, each holds a lock
/// that another one needs, and all but one are refused.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA busy_timeout = 0;")?;
    let mut tries = 0;
    loop {
        match connection.execute_batch("PRAGMA journal_mode = WAL;") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < MAX_BUSY_TRIES => {
                tries += 1;
                thread::sleep(BUSY_PAUSE);
            }
            done => return done,
        }
    }
}

/// A database in memory, with its schema.
///
/// # Errors
/// [`StoreError`].
pub(crate) fn in_memory(migrations: &Migrations<'_>) -> Result<Connection, StoreError> {
    let mut connection = Connection::open_in_memory().map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    migrations.to_latest(&mut connection).map_err(migration_failed)?;
    Ok(connection)
}

/// Opens an existing `path` for reading only.
///
/// # Errors
/// [`StoreError`], [`StoreError::Newer`] among others.
pub(crate) fn reader(path: &Path, migrations: &Migrations<'_>) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.execute_batch("PRAGMA busy_timeout = 10000; PRAGMA cache_size = -32768;").map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    check_version(&connection, migrations)?;
    Ok(connection)
}

/// Refuses a store whose schema is older than this program's, for reading alone: the next host migrates it.
pub(crate) fn require_current(connection: &Connection, migrations: &Migrations<'_>) -> Result<(), StoreError> {
    let pending = i64::from(migrations.pending_migrations(connection).map_err(migration_failed)?);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    let version = |number: i64| u64::try_from(number).map_err(|_| damaged("the schema's version"));
    match pending {
        ..=0 => Ok(()),
        _ => Err(StoreError::Older { found: version(found)?, known: version(found + pending)? }),
    }
}

/// The version of the schema in `path` and the one this program knows; `None` where there is no such file.
///
/// # Errors
/// [`StoreError`], [`StoreError::Newer`] among others.
pub(crate) fn versions(path: &Path, migrations: &Migrations<'_>) -> Result<Option<(u64, u64)>, StoreError> {
    if !leasehold_files::is_there(path).map_err(|error| StoreError::Unavailable(error.into()))? {
        return Ok(None);
    }
    let connection = reader(path, migrations)?;
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    let pending = i64::from(migrations.pending_migrations(&connection).map_err(migration_failed)?);
    let version = |number: i64| u64::try_from(number).map_err(|_| damaged("the schema's version"));
    Ok(Some((version(found)?, version(found + pending)?)))
}

/// What SQLite's failure means for the administrator of the store.
pub(crate) fn failed(error: rusqlite::Error) -> StoreError {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    let code = error.sqlite_error_code();
    let misread = matches!(error, FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..));
    let cause = Box::new(error);
    match code {
        _ if misread => StoreError::Damaged(cause),
        Some(ErrorCode::DiskFull) => StoreError::Full(cause),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly(cause),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(cause),
        _ => StoreError::Unavailable(cause),
    }
}

/// A value in the database that no release of this program has written.
pub(crate) fn damaged(what: &'static str) -> StoreError {
    StoreError::Damaged(what.into())
}

fn check_version(connection: &Connection, migrations: &Migrations<'_>) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    // Negative where the database is ahead of this program.
    let pending = migrations.pending_migrations(connection).map_err(migration_failed)?;
    let ahead = u64::try_from(-i64::from(pending)).unwrap_or(0);
    let found = u64::try_from(found).map_err(|_| damaged("the schema's version"))?;
    if ahead > 0 { Err(StoreError::Newer { found, known: found - ahead }) } else { Ok(()) }
}

fn migration_failed(error: rusqlite_migration::Error) -> StoreError {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => failed(err),
        rusqlite_migration::Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            StoreError::Newer { found: 0, known: 0 }
        }
        other => StoreError::Unavailable(Box::new(other)),
    }
}

/// The size of the pages of a new database, in bytes. A commit of one decision writes one of them, and some more where it
/// fills one: of smaller ones, fewer bytes. A database that is there keeps the size it was made with.
const PAGE_BYTES: u32 = 2_048;
/// The size of the log from which it is copied to the tables, in bytes: large enough to do so rarely.
const LOG_BYTES: u32 = 10_000 * 4_096;
/// How often a database that is busy is asked for its write-ahead log, and the pause between: ten seconds in all.
const MAX_BUSY_TRIES: u32 = 500;
const BUSY_PAUSE: Duration = Duration::from_millis(20);
