//! What a vendor has sold and what is used of it, as CSV (RFC 4180) or JSON, row by row.
//!
//! Rows are read a few at a time, each few as one transaction: an export of very many neither fills the memory nor keeps
//! others from the store, and is not of one moment. There are no secrets in the store.

mod row;
mod sheet;

use std::io::Write;

use leasehold_core::KeyKind;
use leasehold_store::authority::AuthorityStore;

use crate::error::Error;
use crate::key_name::KeyName;
use crate::{activations, keys, transact};
use row::Row;
use sheet::Sheet;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The product keys as they were issued or changed.
    Keys,
    /// The hosts that host keys have activated.
    Hosts,
    /// The machines that multiple keys have activated.
    Machines,
    /// The product keys with what they have activated.
    Usage,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, with a row of names first; times as `2026-11-23T04:43:00Z`. A text by which a spreadsheet would be
    /// made to reckon (`=`, `+`, `-`, `@` first) has an apostrophe before it.
    Csv,
    /// A list of objects; times in seconds since 1970.
    Json,
}

/// Writes the export to `out`; how many rows it has.
///
/// # Errors
/// [`Error::Output`] where `out` takes no more; [`Error::NotInitialised`], [`Error::Store`].
pub fn export(store: &dyn AuthorityStore, export: Export, format: Format, out: &mut dyn Write) -> Result<u64, Error> {
    let ids = transact(store, "list product keys", |tx| {
        tx.vendor()?.ok_or(Error::NotInitialised)?;
        Ok(tx.key_ids()?)
    })?;
    let mut sheet = Sheet::begin(columns(export), format, out)?;
    for id in ids {
        let name = KeyName::Id(id);
        match export {
            Export::Keys | Export::Usage => {
                let (key, taken) = keys::with_counts(store, &name)?;
                sheet.row(&if export == Export::Keys { row::key(&key) } else { row::usage(&key, taken) })?;
            }
            Export::Hosts => of_kind(store, &name, KeyKind::Host, &mut |row| sheet.row(&row))?,
            Export::Machines => of_kind(store, &name, KeyKind::Multiple, &mut |row| sheet.row(&row))?,
        }
    }
    sheet.end()
}

/// The names of an export's columns. They stay; new ones come after them.
pub const fn columns(export: Export) -> &'static [&'static str] {
    match export {
        Export::Keys => &row::KEY,
        Export::Usage => &row::USAGE,
        Export::Hosts | Export::Machines => &row::PLACE,
    }
}

/// Writes the places of a product key if it is of this kind.
fn of_kind(
    store: &dyn AuthorityStore,
    name: &KeyName,
    kind: KeyKind,
    write: &mut dyn FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let key = transact(store, "find a product key", |tx| keys::resolve(tx, name))?;
    if key.allowance.kind() != kind {
        return Ok(());
    }
    let mut after = 0;
    loop {
        let page = activations::page(store, name, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.activation.ordinals.place;
        page.iter().try_for_each(|activated| write(row::place(activated)))?;
    }
}

/// Rows read in one transaction.
const PAGE: u64 = 500;
