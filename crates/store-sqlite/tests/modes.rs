//! Who can read the files of a store.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use leasehold_store_sqlite::host::{FILE, SqliteHost};

#[test]
fn a_hosts_store_and_its_copy_are_their_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteHost::open(folder.path()).expect("a store");
    let found = modes(folder.path());
    assert!(found.len() >= 3, "with its side files: {found:?}");
    assert!(found.values().all(|mode| *mode == 0o600), "{found:?}");
    let copy = tempfile::tempdir().expect("a folder");
    SqliteHost::copy(folder.path(), &copy.path().join(FILE)).expect("a copy");
    assert_eq!(modes(copy.path())[FILE], 0o600);
    drop(store);
}

#[test]
fn a_store_that_all_users_could_read_is_closed_with_its_side_files_and_one_of_a_group_stays() {
    for (before, after) in [(0o644, 0o600), (0o640, 0o640)] {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteHost::open(folder.path()).expect("a store");
        // It keeps the side files in place.
        let reader = SqliteHost::open_reader(folder.path()).expect("a store");
        drop(store);
        let of_sqlite = ["", "-wal", "-shm"].map(|end| format!("{FILE}{end}"));
        for name in &of_sqlite {
            fs::set_permissions(folder.path().join(name), Permissions::from_mode(before)).expect("a file");
        }
        let store = SqliteHost::open(folder.path()).expect("a store");
        let found = modes(folder.path());
        assert!(of_sqlite.iter().all(|name| found[name] == after), "{found:?}");
        drop((reader, store));
    }
}

fn modes(folder: &Path) -> BTreeMap<String, u32> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mode = |entry: &fs::DirEntry| entry.metadata().expect("a file").permissions().mode() & 0o777;
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), mode(&entry))).collect()
}
