//! What all statements have in common: how one is run, and what its columns say.

use std::str::FromStr;

use leasehold_core::{KeyId, Timestamp};
use leasehold_store::StoreError;
use rusqlite::types::FromSql;
use rusqlite::{Connection, Params, Row};

use crate::open::{damaged, failed};

/// Runs a statement that returns nothing.
pub(super) fn run(connection: &Connection, sql: &str, params: impl Params) -> Result<(), StoreError> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(failed)?;
    Ok(())
}

pub(super) fn key_id(row: &Row<'_>, at: usize) -> Result<KeyId, StoreError> {
    blob(row, at).map(KeyId)
}

pub(super) fn blob<const N: usize>(row: &Row<'_>, at: usize) -> Result<[u8; N], StoreError> {
    get(row, at)
}

/// The bytes of a column, where they lie.
pub(super) fn blob_of<'r>(row: &'r Row<'_>, at: usize) -> Result<&'r [u8], StoreError> {
    row.get_ref(at).map_err(failed)?.as_blob().map_err(|_| damaged("a blob"))
}

/// What the text of a column says, where there is one; `what` it is.
pub(super) fn parsed<T: FromStr>(row: &Row<'_>, at: usize, what: &'static str) -> Result<Option<T>, StoreError> {
    let text = row.get_ref(at).map_err(failed)?.as_str_or_null().map_err(|_| damaged(what))?;
    text.map(str::parse).transpose().map_err(|_| damaged(what))
}

pub(super) fn unsigned(row: &Row<'_>, at: usize) -> Result<u64, StoreError> {
    let value: i64 = get(row, at)?;
    u64::try_from(value).map_err(|_| damaged("a negative number"))
}

/// A number as SQLite keeps it; what does not fit is as good as never.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn time(seconds: i64) -> Timestamp {
    Timestamp::from_unix(u64::try_from(seconds).unwrap_or_default())
}

pub(super) fn get<T: FromSql>(row: &Row<'_>, at: usize) -> Result<T, StoreError> {
    row.get(at).map_err(failed)
}
