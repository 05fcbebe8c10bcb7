use leasehold_core::{Policy, Span};
use leasehold_store::host::suite::{self, Act, act};
use leasehold_store::host::{Family, Flaw, HostStore, Records, SealKind};
use tempfile::TempDir;

use super::*;

fn store(folder: &TempDir) -> SqliteHost {
    SqliteHost::open(folder.path()).expect("a store")
}

#[test]
fn it_passes_the_suite() {
    let mut folders = Vec::new();
    suite::run(|| {
        folders.push(tempfile::tempdir().expect("a folder"));
        store(&folders[folders.len() - 1])
    });
}

#[test]
fn it_is_copied_record_by_record() {
    let folders = std::cell::RefCell::new(Vec::new());
    let fresh = || {
        let folder = tempfile::tempdir().expect("a folder");
        let fresh = store(&folder);
        folders.borrow_mut().push(folder);
        fresh
    };
    suite::run_copies(fresh, fresh);
}

#[test]
fn its_journal_is_pruned() {
    let folders = std::cell::RefCell::new(Vec::new());
    suite::run_pruning(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let fresh = store(&folder);
        folders.borrow_mut().push(folder);
        fresh
    });
}

#[test]
fn its_log_grows_no_more_once_a_few_hundred_batches_were_small() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut one = store(&folder);
    let log = folder.path().join(format!("{FILE}-wal"));
    let policy = Policy { threshold: 1, ..Policy::default() };
    let mut ask = |batches: std::ops::Range<u64>| {
        for at in batches {
            act(&mut one, &policy, &[(1, Act::Ask)], at);
        }
        std::fs::metadata(&log).expect("a log").len()
    };
    let (few, some, many) = (ask(1..100), ask(100..300), ask(300..600));
    assert!(few < some, "{few} {some}");
    assert_eq!(some, many);
}

#[test]
fn a_new_store_has_small_pages_its_copy_too_and_an_older_one_keeps_its_own() {
    let pragma = |connection: &Connection, name| -> u32 {
        connection.pragma_query_value(None, name, |row| row.get(0)).expect("a number")
    };
    let page_bytes = |connection: &Connection| pragma(connection, "page_size");
    let checkpointed_at = |connection: &Connection| pragma(connection, "wal_autocheckpoint");
    let (folder, older) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let policy = Policy { threshold: 1, ..Policy::default() };
    let mut one = store(&folder);
    act(&mut one, &policy, &[(1, Act::Ask)], 10_000);
    assert_eq!((page_bytes(&one.connection), checkpointed_at(&one.connection)), (2_048, 20_000));
    SqliteHost::copy(folder.path(), &older.path().join(FILE)).expect("a copy");
    let copy = Connection::open(older.path().join(FILE)).expect("a database");
    assert_eq!(page_bytes(&copy), 2_048);
    copy.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA page_size = 4096; VACUUM; PRAGMA journal_mode = WAL")
        .expect("larger pages");
    drop(copy);
    let mut one = store(&older);
    act(&mut one, &policy, &[(1, Act::Ask)], 20_000);
    assert_eq!((page_bytes(&one.connection), checkpointed_at(&one.connection)), (4_096, 10_000));
}

#[test]
fn what_is_not_folded_yet_is_not_pruned() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 1, validity: Span::HOUR, ..Policy::default() };
    let mut one = store(&folder);
    act(&mut one, &policy, &[(1, Act::Ask)], 10_000);
    let later = Timestamp::from_unix(1_000_000);
    assert!(!one.prune(later).expect("pruned"));
    assert_eq!(one.events(9).expect("events").len(), 1);
    while one.tidy().expect("tidy") {}
    assert!(!one.prune(later).expect("pruned"));
    assert!(one.events(9).expect("events").is_empty());
    drop(one);
    assert_eq!(store(&folder).clients(None, 9).expect("clients").len(), 1);
}

#[test]
fn what_is_folded_opened_again_or_read_beside_is_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 3, window: Span::seconds(500), capacity: Some(40), ..Policy::default() };
    let mut one = store(&folder);
    let (mut seed, mut seen) = (7_u64, Vec::new());
    for round in 0..120_u64 {
        let acts: Vec<(u64, Act)> = (0..=round % 7)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33 & 63, if seed >> 60 == 0 { Act::Release } else { Act::Ask })
            })
            .collect();
        act(&mut one, &policy, &acts, 1_000 + round * 10);
        let now = Timestamp::from_unix(1_000 + round * 10);
        match round % 9 {
            0 => one.fold(5).expect("folded"),
            4 => {
                drop(one);
                one = store(&folder);
            }
            8 => while one.tidy().expect("tidy") {},
            _ => {}
        }
        let mut beside = SqliteHost::open_reader(folder.path()).expect("a reader");
        let clients = one.clients(None, 1_000).expect("clients");
        assert_eq!(beside.clients(None, 1_000).expect("clients"), clients, "round {round}");
        let family = Family { id: "acme".parse().expect("an id"), window: policy.window };
        let counts = one.counts(&family, now).expect("counts");
        assert_eq!(beside.counts(&family, now).expect("counts"), counts, "round {round}");
        let live = clients.iter().flat_map(|row| &row.leases).filter(|(_, lease)| lease.held.runs_at(now)).count();
        assert_eq!(counts.live, live as u64);
        assert!(counts.live <= 40);
        seen.push(counts);
    }
    assert!(seen.iter().any(|counts| counts.live == 40), "the walk has reached the capacity");
}

#[test]
fn a_second_writer_and_a_newer_schema_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = store(&folder);
    assert!(matches!(SqliteHost::open(folder.path()), Err(StoreError::InUse)));
    first.connection.pragma_update(None, "user_version", 99).expect("a version");
    drop(first);
    let refused = SqliteHost::open(folder.path());
    assert!(matches!(refused, Err(StoreError::Newer { found: 99, known: 8 })), "{refused:?}");
}

#[test]
fn the_log_of_times_is_what_the_tables_say_after_many_steps_and_snapshots() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 1, validity: Span::HOUR, ..Policy::default() };
    let mut one = store(&folder);
    for round in 0..60_u64 {
        let acts: Vec<(u64, Act)> = (0..40).map(|n| ((round * 13 + n * 7) % 97, Act::Ask)).collect();
        act(&mut one, &policy, &acts, 1_000 + round * 30);
        one.fold(usize::try_from(round % 11).expect("a number")).expect("folded");
        if round % 20 == 19 {
            // As if the log had grown long.
            one.times_log = times_log::LogLength::long();
        }
        assert!(one.flaws().expect("flaws").is_empty(), "round {round}");
        if round % 7 == 3 {
            drop(one);
            one = store(&folder);
        }
    }
}

/// Makes the store what releases up to version 7 of its schema have written: seals in a table of their own.
fn make_schema_7(store: &SqliteHost) {
    let connection = &store.connection;
    connection
        .execute_batch(
            "CREATE TABLE seal (id INTEGER PRIMARY KEY, host BLOB NOT NULL, number INTEGER NOT NULL,
                 batch INTEGER NOT NULL REFERENCES journal (batch), at INTEGER NOT NULL, previous BLOB NOT NULL,
                 root BLOB NOT NULL, seal BLOB NOT NULL, signature BLOB NOT NULL, leaves BLOB NOT NULL,
                 kind INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0, UNIQUE (host, number)) STRICT;",
        )
        .expect("a table");
    let mut statement = connection.prepare("SELECT batch, seals FROM journal").expect("a statement");
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    let rows: Vec<(i64, Vec<u8>)> = rows.collect::<Result<_, _>>().expect("rows");
    for (batch, seals) in rows {
        for (host, seal) in chain::decode(&seals).expect("seals") {
            let key = (host.0, integer(seal.number), batch, integer(seal.at.unix()));
            let hashes = (seal.previous, seal.root, seal.seal, seal.signature, seal.leaves.concat());
            let rest = (i64::from(seal.kind.number()), integer(seal.size));
            connection
                .execute(
                    "INSERT INTO seal (host, number, batch, at, previous, root, seal, signature, leaves, kind, size)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    rusqlite::params![
                        key.0, key.1, key.2, key.3, hashes.0, hashes.1, hashes.2, hashes.3, hashes.4, rest.0, rest.1
                    ],
                )
                .expect("a row");
        }
    }
    connection
        .execute_batch("DROP TABLE chain; ALTER TABLE journal DROP COLUMN seals; PRAGMA user_version = 7")
        .expect("a schema");
}

#[test]
fn seals_of_an_earlier_release_are_found_where_today_s_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 3, ..Policy::default() };
    let mut one = store(&folder);
    for round in 0..9 {
        // From the third client on there are leases; a refusal before, so that there are seals of both kinds.
        act(&mut one, &policy, &[(round, Act::Ask), (round / 2, Act::Ask)], 1_000 + round * 10);
        if round == 5 {
            while one.tidy().expect("tidy") {}
        }
    }
    let records = |store: &mut SqliteHost| {
        let mut records = Vec::new();
        let taken = store.dump(&mut |record| {
            records.push(record);
            Ok(())
        });
        taken.expect("records");
        records
    };
    let chain = |store: &mut SqliteHost| {
        let seals = store.seals(suite::HOST, 99).expect("seals");
        let each: Vec<_> = seals.iter().map(|seal| store.seal_at(suite::HOST, seal.number).expect("a seal")).collect();
        assert!(each.into_iter().eq(seals.iter().cloned().map(Some)));
        seals
    };
    let (before, seals) = (records(&mut one), chain(&mut one));
    assert!(
        seals.iter().any(|seal| seal.kind == SealKind::Leases)
            && seals.iter().any(|seal| seal.kind == SealKind::Refusals)
    );
    make_schema_7(&one);
    drop(one);
    let mut one = store(&folder);
    assert_eq!(chain(&mut one), seals);
    while one.tidy().expect("tidy") {}
    assert_eq!((chain(&mut one), records(&mut one)), (seals, before), "folded");
}

/// Takes away what later migrations have added.
const SCHEMA_4: &str = "DROP INDEX lease_holder; ALTER TABLE lease DROP COLUMN holder; DROP TABLE signer;
    DROP TABLE base; ALTER TABLE folded DROP COLUMN pruned;
    ALTER TABLE seal DROP COLUMN size; ALTER TABLE lease DROP COLUMN early; PRAGMA user_version = 4";
/// The same, from the first one on.
const FIRST_SCHEMA: &str =
    "DROP INDEX lease_holder; ALTER TABLE lease DROP COLUMN holder; DROP TABLE times; DROP TABLE signer;
    DROP TABLE base; ALTER TABLE folded DROP COLUMN pruned;
    ALTER TABLE seal DROP COLUMN size; DROP INDEX client_counts; ALTER TABLE client DROP COLUMN counts;
    ALTER TABLE client DROP COLUMN requests; ALTER TABLE seal DROP COLUMN kind; ALTER TABLE lease DROP COLUMN early;
    PRAGMA user_version = 1";

#[test]
fn a_store_of_the_first_release_is_counted_once_and_then_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 1, ..Policy::default() };
    let mut one = store(&folder);
    act(&mut one, &policy, &[(1, Act::Ask), (2, Act::Ask)], 1_000);
    while one.tidy().expect("tidy") {}
    make_schema_7(&one);
    one.connection.execute_batch(FIRST_SCHEMA).expect("the first schema");
    drop(one);
    let reader = SqliteHost::open_reader(folder.path());
    assert!(matches!(reader, Err(StoreError::Older { found: 1, known: 8 })), "a host migrates it");
    let mut one = store(&folder);
    assert_eq!(suite::counts(&mut one, &policy, 1_000).clients, 2);
    assert!(one.flaws().expect("flaws").is_empty());
}

#[test]
fn a_lease_that_was_given_back_to_an_earlier_release_runs_at_no_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 1, ..Policy::default() };
    let mut one = store(&folder);
    act(&mut one, &policy, &[(1, Act::Ask), (2, Act::Ask)], 1_000);
    act(&mut one, &policy, &[(1, Act::Release)], 2_000);
    while one.tidy().expect("tidy") {}
    let rows = one.clients(None, 10).expect("clients");
    make_schema_7(&one);
    one.connection.execute_batch(SCHEMA_4).expect("a schema");
    drop(one);
    let mut one = store(&folder);
    assert_eq!(suite::counts(&mut one, &policy, 1_500).live, 1);
    assert_eq!(one.clients(None, 10).expect("clients"), rows);
    assert!(one.flaws().expect("flaws").is_empty());
}

#[test]
fn a_log_of_times_that_was_altered_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 1, ..Policy::default() };
    let mut one = store(&folder);
    act(&mut one, &policy, &[(1, Act::Ask), (2, Act::Ask)], 1_000);
    while one.tidy().expect("tidy") {}
    one.connection.execute("DELETE FROM times WHERE kind = 1", ()).expect("a row");
    drop(one);
    let mut one = store(&folder);
    assert!(matches!(one.flaws().expect("flaws").as_slice(), [Flaw::Counts { .. }]));
}

/// Windows removes and moves no file that is open.
#[cfg(unix)]
#[test]
fn a_store_whose_files_are_removed_or_replaced_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = Policy { threshold: 1, ..Policy::default() };
    let mut one = store(&folder);
    act(&mut one, &policy, &[(1, Act::Ask)], 1_000);
    one.check_in_place().expect("its files are there");
    let (path, aside) = (folder.path().join(FILE), folder.path().join("aside"));
    std::fs::rename(&path, &aside).expect("a file");
    assert!(matches!(one.check_in_place(), Err(StoreError::Replaced)));
    std::fs::copy(&aside, &path).expect("a copy");
    assert!(matches!(one.check_in_place(), Err(StoreError::Replaced)), "a copy is another file");
    std::fs::rename(&aside, &path).expect("a file");
    one.check_in_place().expect("they are back");
}
