//! The authority's storage suite on PostgreSQL, and what is PostgreSQL's own.

use std::fs;

use leasehold_store::StoreError;
use leasehold_store::authority::AuthorityStore;
use leasehold_store::authority::suite::{Fixture, a_copy_holds_what_its_original_holds};
use leasehold_store_postgres::Address;
use leasehold_store_postgres::authority::PostgresAuthority;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::postgres::Postgres;

struct Database(String);

impl Database {
    fn fresh() -> Self {
        Self(Postgres::shared().fresh_name())
    }

    fn address(&self) -> Address {
        Address::parse(&Postgres::shared().url(&self.0), &|_| None).expect("an address")
    }
}

impl Fixture for Database {
    fn open(&self) -> Box<dyn AuthorityStore> {
        Box::new(PostgresAuthority::open(&self.address()).expect("a store"))
    }
}

leasehold_store::authority_suite!(Database::fresh());

#[test]
fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let database = Database::fresh();
    assert!(PostgresAuthority::versions(&database.address()).unwrap().is_none());
    drop(database.open());
    assert!(PostgresAuthority::versions(&database.address()).unwrap() == Some((6, 6)));
    Postgres::shared().query(&database.0, "UPDATE leasehold_authority.schema_version SET version = 7");
    let error = PostgresAuthority::open(&database.address()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 7, known: 6 }), "{error:?}");
}

#[test]
fn a_row_that_cannot_be_understood_is_said_to_be_damaged() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let database = Database::fresh();
    let store = database.open();
    let row = "INSERT INTO leasehold_authority.vendor VALUES (1, E'two\\nlines', decode(repeat('00', 32), 'hex'), 0)";
    Postgres::shared().query(&database.0, row);
    let error = store.transact("look", |tx| tx.vendor()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error:?}");
}

struct File(tempfile::TempDir);

impl Fixture for File {
    fn open(&self) -> Box<dyn AuthorityStore> {
        let file = self.0.path().join("authority.db");
        Box::new(leasehold_store_sqlite::authority::SqliteAuthority::open(&file).expect("a store"))
    }
}

#[test]
fn it_is_copied_into_sqlite_and_back() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let file = || File(tempfile::tempdir().expect("a folder"));
    a_copy_holds_what_its_original_holds(&Database::fresh(), &Database::fresh()).unwrap();
    a_copy_holds_what_its_original_holds(&Database::fresh(), &file()).unwrap();
    a_copy_holds_what_its_original_holds(&file(), &Database::fresh()).unwrap();
    a_copy_holds_what_its_original_holds(&file(), &file()).unwrap();
}

#[test]
fn a_host_and_an_authority_share_a_database() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let database = Database::fresh();
    let _host = leasehold_store_postgres::host::PostgresHost::open(database.address()).unwrap();
    database.open().transact("look", |tx| tx.vendor()).unwrap();
}

#[test]
fn many_that_open_a_new_store_at_once_all_can() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let database = Database::fresh();
    std::thread::scope(|scope| {
        let open = || PostgresAuthority::open(&database.address()).map(drop);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap().unwrap());
    });
}

#[test]
fn connections_that_were_cut_and_a_database_that_was_away_are_found_again() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let mut server = Postgres::start(&[]);
    let name = server.fresh_name();
    let address = Address::parse(&server.url(&name), &|_| None).unwrap();
    let store: Box<dyn AuthorityStore> = Box::new(PostgresAuthority::open(&address).unwrap());
    store.transact("look", |tx| tx.vendor()).unwrap();
    server.crash();
    let error = store.transact("look", |tx| tx.vendor()).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    server.start_again();
    store.transact("look", |tx| tx.vendor()).unwrap();
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
