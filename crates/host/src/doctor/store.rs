//! The store: whether it opens, whether its disk has room, whether a host serves from it.

use leasehold_core::{Code, Finding};

use super::{DoctorInput, StoreKind, StoreProbe};

pub(super) fn checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    let folder = input.home.folder();
    if !folder.is_dir() {
        return vec![Finding::skipped("store", format!("{}: no such folder", folder.display()))];
    }
    match &input.store {
        Err(finding) => vec![finding.clone()],
        Ok(store) => match store.kind() {
            StoreKind::Folder => vec![opens(*store), disk(input), serving(*store)],
            StoreKind::Database => vec![opens(*store)],
        },
    }
}

fn opens(store: &dyn StoreProbe) -> Finding {
    let location = store.location();
    match store.open() {
        Ok(Some(_)) => Finding::ok("store", format!("{location}: it opens, its schema is this program's")),
        Ok(None) => Finding::skipped("store", format!("{location}: no host has served from it yet")),
        Err(error) => Finding::failure("store", error.code(), format!("{location}: {}", error.with_cause())),
    }
}

#[cfg(unix)]
fn disk(input: &DoctorInput<'_>) -> Finding {
    let folder = input.home.folder();
    let room = match rustix::fs::statvfs(folder) {
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

fn serving(store: &dyn StoreProbe) -> Finding {
    let location = store.location();
    match store.is_in_use() {
        Ok(true) => Finding::ok("serving", "a host has the store open"),
        Ok(false) => Finding::failure("serving", Code::NotServing, format!("no host serves from {location}")),
        Err(error) => Finding::skipped("serving", format!("{location}: {}", error.with_cause())),
    }
}

/// Mebibytes with which SQLite's log can still be written back.
#[cfg(unix)]
const LEAST: u64 = 128;
/// Mebibytes with which an administrator has time to make room.
#[cfg(unix)]
const LITTLE: u64 = 1_024;
