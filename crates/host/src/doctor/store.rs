//! The store: whether it opens, whether its disk has room, whether a host serves from it.

use leasehold_store_sqlite::host::{FILE, SqliteHost};

use super::DoctorInput;
use crate::commands::host::store_failed;
use crate::stores::StoreLocation;

pub(super) fn checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    let folder = &input.data.folder;
    if !folder.is_dir() {
        return vec![Finding::skipped("store", format!("{}: no such folder", folder.display()))];
    }
    match input.data.location() {
        Err(failure) => vec![Finding::failure("store", failure.code(), failure.message())],
        Ok(StoreLocation::Folder(_)) => vec![store(input), disk(input), serving(input)],
        Ok(location @ StoreLocation::Database(_)) => vec![database(&location)],
    }
}

fn database(location: &StoreLocation) -> Finding {
    match location.host_reader() {
        Ok(Some(_)) => Finding::ok("store", format!("{location}: it opens, its schema is this program's")),
        Ok(None) => Finding::skipped("store", format!("{location}: no host has served from it yet")),
        Err(error) => Finding::failure("store", error.code(), location.failed(&error).message()),
    }
}

fn store(input: &DoctorInput<'_>) -> Finding {
    let folder = &input.data.folder;
    if !folder.join(FILE).exists() {
        return Finding::skipped("store", format!("{}: the host has not served yet", folder.display()));
    }
    match SqliteHost::open_reader(folder) {
        Ok(_) => {
            Finding::ok("store", format!("{}: it opens, its schema is this program's", folder.join(FILE).display()))
        }
        Err(error) => Finding::failure("store", error.code(), store_failed(folder, &error).message()),
    }
}

#[cfg(unix)]
fn disk(input: &DoctorInput<'_>) -> Finding {
    let folder = &input.data.folder;
    let room = match rustix::fs::statvfs(folder.as_path()) {
        Ok(room) => room,
        Err(error) => return Finding::skipped("disk", format!("{}: {error}", folder.display())),
    };
    let mebibytes = |blocks: u64| blocks.saturating_mul(room.f_frsize) >> 20;
    let (free, all) = (mebibytes(room.f_bavail), mebibytes(room.f_blocks));
    let detail = format!("{free} MiB of {all} MiB are free");
    match free {
        ..LEAST => Finding::failure("disk", Code::DiskFull, detail),
        LEAST..LITTLE => Finding::warning("disk", Code::DiskFull, detail),
        LITTLE.. => Finding::ok("disk", detail),
    }
}

#[cfg(not(unix))]
fn disk(_: &DoctorInput<'_>) -> Finding {
    Finding::skipped("disk", "the room on a disk is not asked on this system")
}

fn serving(input: &DoctorInput<'_>) -> Finding {
    let folder = &input.data.folder;
    match SqliteHost::is_open_for_writing(folder) {
        Ok(true) => Finding::ok("serving", "a host has the store open"),
        Ok(false) => Finding::failure("serving", Code::NotServing, format!("no host serves from {}", folder.display())),
        Err(error) => Finding::skipped("serving", format!("{}: {error}", folder.display())),
    }
}

/// Mebibytes with which SQLite's log can still be written back.
#[cfg(unix)]
const LEAST: u64 = 128;
/// Mebibytes with which an administrator has time to make room.
#[cfg(unix)]
const LITTLE: u64 = 1_024;
