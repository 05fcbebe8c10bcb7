//! The authority's storage suite on SQLite, and what is SQLite's own.

use std::fs;
use std::path::PathBuf;

use leasehold_core::activation::PlaceId;
use leasehold_core::{Component, Fingerprint, PublicKey};
use leasehold_store::StoreError;
use leasehold_store::authority::AuthorityStore;
use leasehold_store::authority::suite::Fixture;
use leasehold_store_sqlite::authority::SqliteAuthority;
use rusqlite::{Connection, params, params_from_iter};
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
    assert!(matches!(error, StoreError::Newer { found: 7, known: 6 }), "{error:?}");
    assert_eq!(error.code(), leasehold_core::Code::StoreNewer);
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

/// A store as the first release made it, with a family, a product, a host key and two hosts.
fn first_release(file: &File) {
    let old = Connection::open(file.path()).expect("a database");
    old.execute_batch(include_str!("../migrations/authority/0001_initial.sql")).expect("the first schema");
    old.execute_batch(
        "PRAGMA user_version = 1;
         INSERT INTO vendor VALUES (1, 'Acme', zeroblob(32), 0);
         INSERT INTO policy VALUES (1, 5, 6, 7, 8, 9, 10, NULL, 2, NULL, ''), (2, 5, 6, 7, 8, 9, 10, NULL, 2, NULL, '');
         INSERT INTO family VALUES ('acme', 1, 1);
         INSERT INTO product VALUES ('acme-cad', 1, 'acme', 'Acme CAD', 0, 2, NULL, 0);",
    )
    .expect("rows");
    let key = old_key();
    let issued = params![key.id().0, key.0];
    let sql = "INSERT INTO product_key VALUES (?1, ?2, 1, 6, 10, 'acme', 'QPZRY', NULL, 2, 0, NULL)";
    old.execute(sql, issued).expect("a product key");
    for n in [1_u8, 2] {
        let sql = "INSERT INTO activation VALUES
                   (?1, ?2, ?3, ?1, 1, ?4, NULL, ?4, NULL, NULL, NULL, 'host', 0, 0, zeroblob(16), NULL, x'00')";
        old.execute(sql, params![n, key.id().0, [n; 32], [n; 8]]).expect("a host");
    }
}

fn old_key() -> PublicKey {
    PublicKey([7; 32])
}

#[test]
fn a_store_of_the_first_release_is_brought_up_to_date_with_all_that_is_in_it() {
    let file = File::fresh();
    first_release(&file);
    let store = file.open();
    store
        .transact("look", |tx| {
            assert_eq!(tx.families()?[0].withdrawn, None);
            assert_eq!(tx.products()?[0].withdrawn, None);
            let key = old_key().id();
            assert_eq!((tx.places_taken(key)?, tx.activations_taken(key)?), (2, 2));
            let second = PublicKey([2; 32]);
            assert_eq!(tx.activated(key)?, [PublicKey([1; 32]).id(), second.id()]);
            assert_eq!(tx.activations_of(second.id())?[0].1.ordinals.place, 2);
            let parts = [Component::MachineId, Component::SystemDisk].map(|part| (part, [2; 8]));
            let machine = Fingerprint::new(parts).expect("it has components");
            let usage = tx.key_usage(key, &PublicKey([9; 32]), &PlaceId::Machine(machine), 2)?;
            assert_eq!(usage.similar.iter().map(|known| known.place).collect::<Vec<_>>(), [2]);
            Ok(())
        })
        .unwrap();
    drop(store);
    file.open().transact("look again", |tx| tx.families()).unwrap();
}

#[test]
fn nothing_that_is_asked_of_one_key_or_machine_reads_all_rows() {
    let file = File::fresh();
    drop(file.open());
    let database = Connection::open(file.path()).unwrap();
    let asked = [
        "activated",
        "activations_of",
        "activations_taken",
        "similar_by_board_serial",
        "similar_by_directory",
        "similar_by_machine_id",
        "similar_by_network_address",
        "similar_by_processor",
        "similar_by_system_disk",
        "similar_by_system_uuid",
        "is_revoked",
        "key",
        "keys_ending",
        "own",
        "places",
        "places_taken",
        "report",
    ];
    for name in asked {
        let sql = fs::read_to_string(format!("{}/sql/authority/{name}.sql", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut plan = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let unset = vec![None::<i64>; plan.parameter_count()];
        let steps = plan.query_map(params_from_iter(unset), |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        let scans = steps.iter().any(|step| step.starts_with("SCAN") && !step.contains("json_each"));
        assert!(!scans, "{name}: {steps:#?}");
        let index = format!("INDEX {} (product_key=? AND ", name.replace("similar_by", "activation_by"));
        assert!(!name.starts_with("similar") || steps.iter().any(|step| step.contains(&index)), "{name}: {steps:#?}");
    }
}
