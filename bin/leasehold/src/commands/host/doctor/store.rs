//! The store: whether it opens, whether its disk has room, whether a host serves from it.

use leasehold_store_sqlite::host::{FILE, SqliteHost};

use super::{Check, Patient};
use crate::commands::host::store_failed;

pub(super) fn checks(patient: &Patient) -> Vec<Check> {
    let folder = &patient.data.folder;
    if !folder.is_dir() {
        return vec![Check::skipped("store", format!("{}: no such folder", folder.display()))];
    }
    vec![store(patient), disk(patient), serving(patient)]
}

fn store(patient: &Patient) -> Check {
    let folder = &patient.data.folder;
    if !folder.join(FILE).exists() {
        return Check::skipped("store", format!("{}: the host has not served yet", folder.display()));
    }
    match SqliteHost::open_reader(folder) {
        Ok(_) => Check::ok("store", format!("{}: it opens, its schema is this program's", folder.join(FILE).display())),
        Err(error) => Check::failure("store", error.code(), store_failed(folder, &error).to_string()),
    }
}

#[cfg(unix)]
fn disk(patient: &Patient) -> Check {
    let folder = &patient.data.folder;
    let room = match rustix::fs::statvfs(folder.as_path()) {
        Ok(room) => room,
        Err(error) => return Check::skipped("disk", format!("{}: {error}", folder.display())),
    };
    let mebibytes = |blocks: u64| blocks.saturating_mul(room.f_frsize) >> 20;
    let (free, all) = (mebibytes(room.f_bavail), mebibytes(room.f_blocks));
    let detail = format!("{free} MiB of {all} MiB are free");
    match free {
        ..LEAST => Check::failure("disk", "disk-full", detail),
        LEAST..LITTLE => Check::warning("disk", "disk-full", detail),
        LITTLE.. => Check::ok("disk", detail),
    }
}

#[cfg(not(unix))]
fn disk(_: &Patient) -> Check {
    Check::skipped("disk", "the room on a disk is not asked on this system")
}

fn serving(patient: &Patient) -> Check {
    let folder = &patient.data.folder;
    match SqliteHost::is_open_for_writing(folder) {
        Ok(true) => Check::ok("serving", "a host has the store open"),
        Ok(false) => Check::failure("serving", "not-serving", format!("no host serves from {}", folder.display())),
        Err(error) => Check::skipped("serving", format!("{}: {error}", folder.display())),
    }
}

/// Mebibytes with which SQLite's log can still be written back.
#[cfg(unix)]
const LEAST: u64 = 128;
/// Mebibytes with which an administrator has time to make room.
#[cfg(unix)]
const LITTLE: u64 = 1_024;
