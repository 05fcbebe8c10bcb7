//! The authority's storage suite on SQLite, and what is SQLite's own.

use std::fs;
use std::path::PathBuf;

use leasehold_store::StoreError;
use leasehold_store::authority::AuthorityStore;
use leasehold_store::authority::suite::Fixture;
use leasehold_store_sqlite::authority::SqliteAuthority;
use rusqlite::Connection;
use tempfile::TempDir;

struct File(TempDir);

impl File {
    fn fresh() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("authority.db")
    }
}

impl Fixture for File {
    fn open(&self) -> Box<dyn AuthorityStore> {
        Box::new(SqliteAuthority::open(&self.path()).expect("a store"))
    }
}

leasehold_store::authority_suite!(File::fresh());

#[test]
fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    let file = File::fresh();
    drop(file.open());
    Connection::open(file.path()).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let error = SqliteAuthority::open(&file.path()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 7, known: 3 }), "{error:?}");
    assert_eq!(error.code(), "store-newer");
}

#[test]
fn a_file_that_is_no_store_is_said_to_be_damaged() {
    let file = File::fresh();
    fs::write(file.path(), "not a database, though long enough to be looked at as one\n".repeat(99)).unwrap();
    assert!(matches!(SqliteAuthority::open(&file.path()), Err(StoreError::Damaged(_))));
}

#[test]
fn a_row_that_cannot_be_understood_is_said_to_be_damaged() {
    let file = File::fresh();
    let store = file.open();
    let outside = Connection::open(file.path()).unwrap();
    outside.execute("INSERT INTO vendor VALUES (1, 'two' || char(10) || 'lines', zeroblob(32), 0)", []).unwrap();
    let error = store.transact("look", |tx| tx.vendor()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
}

#[cfg(unix)]
#[test]
fn the_store_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let file = File::fresh();
    let store = file.open();
    store.transact("look", |tx| tx.vendor()).unwrap();
    for entry in fs::read_dir(file.0.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
}

#[test]
fn many_that_open_a_new_store_at_once_all_can() {
    let file = File::fresh();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| SqliteAuthority::open(&file.path()).map(drop))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
    });
}

#[test]
fn each_statement_begins_with_its_name() {
    for folder in ["sql/authority", "migrations/authority"] {
        for entry in fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with(&format!("-- {name}: ")), "{}", path.display());
        }
    }
}
