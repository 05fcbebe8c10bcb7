//! The store: whether it opens, whether its disk has room, whether a host serves from it.

use leasehold_core::{Code, Finding};

use super::{DoctorInput, StoreKind, StoreProbe};
use crate::disk::Disk;

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

fn disk(input: &DoctorInput<'_>) -> Finding {
    let unknown = || Finding::skipped("disk", "the room on a disk is not asked on this system");
    Disk::of(input.home).map_or_else(unknown, |disk| disk.finding())
}

fn serving(store: &dyn StoreProbe) -> Finding {
    let location = store.location();
    match store.is_in_use() {
        Ok(true) => Finding::ok("serving", "a host has the store open"),
        Ok(false) => Finding::failure("serving", Code::NotServing, format!("no host serves from {location}")),
        Err(error) => Finding::skipped("serving", format!("{location}: {}", error.with_cause())),
    }
}
