//! What a host's store says when the database fails, and that it goes on when the database does.

mod common;

use common::{Cut, address, open};
use leasehold_core::{Policy, Span};
use leasehold_store::StoreError;
use leasehold_store::host::HostStore;
use leasehold_store::host::suite::{Act, HOST, act, counts};
use leasehold_store_postgres::host::PostgresHost;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::postgres::{Postgres, USER};
use leasehold_testkit::wait;

fn policy() -> Policy {
    Policy { threshold: 1, validity: Span::HOUR, ..Policy::default() }
}

/// Why the store cannot be opened, with its cause.
fn refused(url: &str) -> (StoreError, String) {
    let error = PostgresHost::open(address(url)).expect_err("it cannot be opened");
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    (error, cause)
}

#[test]
fn a_database_that_crashes_and_comes_back_is_used_again_and_has_lost_nothing() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let mut server = Postgres::start(&[]);
    let name = server.fresh_name();
    let mut host = open(&server.url(&name));
    for round in 0..3 {
        assert_eq!(act(&mut host, &policy(), &[(round, Act::Ask)], 1_000 + round), [true]);
        if round == 1 {
            server.stop();
        } else {
            server.crash();
        }
        assert!(matches!(host.tidy(), Err(StoreError::Unavailable(_))));
        assert!(matches!(host.probe(), Err(StoreError::Unavailable(_))));
        server.start_again();
        host.probe().expect("it works again");
        assert_eq!(counts(&mut host, &policy(), 1_010).live, round + 1);
    }
    assert_eq!(host.seals(HOST, 10).expect("seals").len(), 3);
}

#[test]
fn what_was_committed_when_the_connection_broke_is_recorded_once_and_said_so() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    let cut = Cut::between(&server.address());
    let mut host = open(&format!("postgres://{USER}@{}/{name}?sslmode=disable", cut.address()));
    assert_eq!(act(&mut host, &policy(), &[(1, Act::Ask)], 1_000), [true]);
    cut.after_the_next("COMMIT");
    assert_eq!(act(&mut host, &policy(), &[(2, Act::Ask)], 1_001), [true], "the answer to the commit was lost");
    assert!(cut.has_cut());
    assert_eq!(host.events(10).expect("events").len(), 2, "and nothing stands there twice");
    cut.before_the_next("COMMIT");
    assert_eq!(act(&mut host, &policy(), &[(3, Act::Ask)], 1_002), [true], "the commit itself was lost");
    assert!(cut.has_cut());
    assert_eq!(host.events(10).expect("events").len(), 3);
    assert_eq!(host.seals(HOST, 10).expect("seals").len(), 3);
}

#[test]
fn a_database_that_cannot_be_used_is_said_so_in_its_own_words() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    server.query(&name, "CREATE ROLE guarded LOGIN PASSWORD 'right'");
    let at = server.address();
    let (error, cause) = refused(&format!("postgres://guarded:wrong@{at}/{name}"));
    assert!(matches!(error, StoreError::Denied(_)) && cause.contains("password authentication failed"), "{cause}");
    let (error, cause) = refused(&format!("postgres://{USER}@{at}/nowhere"));
    assert!(matches!(error, StoreError::Unavailable(_)) && cause.contains("\"nowhere\" does not exist"), "{cause}");
    let (error, cause) = refused(&format!("postgres://{USER}@127.0.0.1:1/{name}"));
    assert!(matches!(error, StoreError::Unavailable(_)) && cause.contains("refused"), "{cause}");
    let (error, cause) = refused(&format!("postgres://guarded:right@{at}/{name}"));
    assert!(matches!(error, StoreError::Denied(_)) && cause.contains("permission denied"), "{cause}");
}

#[test]
fn a_role_without_the_right_to_make_tables_serves_from_those_that_were_made_for_it() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    drop(open(&server.url(&name)));
    server.query(
        &name,
        "CREATE ROLE serving LOGIN PASSWORD 'word'; GRANT USAGE ON SCHEMA leasehold_host TO serving;
         GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA leasehold_host TO serving;
         GRANT DELETE ON leasehold_host.horizon TO serving",
    );
    let mut host = open(&format!("postgres://serving:word@{}/{name}", server.address()));
    assert_eq!(act(&mut host, &policy(), &[(1, Act::Ask)], 1_000), [true]);
    host.probe().expect("it can be written");
}

#[test]
fn a_database_that_may_only_be_read_is_said_so() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    let url = server.url(&name);
    let mut host = open(&url);
    server.query(&name, &format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    let fresh = server.fresh_name();
    server.query(&fresh, &format!("ALTER DATABASE {fresh} SET default_transaction_read_only = on"));
    assert!(matches!(refused(&server.url(&fresh)).0, StoreError::ReadOnly(_)));
    assert_eq!(act(&mut host, &policy(), &[(1, Act::Ask)], 1_000), [true], "this connection was made before");
    let mut host = open(&url);
    assert!(matches!(host.probe(), Err(StoreError::ReadOnly(_))));
    assert!(PostgresHost::open_reader(address(&url)).expect("a reader").is_some());
}

#[test]
fn a_newer_schema_is_refused_and_an_older_or_missing_one_is_told_to_readers() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    let url = server.url(&name);
    assert!(PostgresHost::open_reader(address(&url)).expect("no store").is_none());
    drop(open(&url));
    server.query(&name, "UPDATE leasehold_host.schema_version SET version = 99");
    let (error, _) = refused(&url);
    assert!(matches!(error, StoreError::Newer { found: 99, known: 7 }), "{error:?}");
    server.query(&name, "UPDATE leasehold_host.schema_version SET version = 0");
    let older = PostgresHost::open_reader(address(&url));
    assert!(matches!(older, Err(StoreError::Older { found: 0, known: 7 })), "{older:?}");
    server
        .query(&name, "UPDATE leasehold_host.schema_version SET version = 3; DROP TABLE leasehold_host.lease CASCADE");
    assert!(matches!(refused(&url).0, StoreError::Damaged(_)));
}

#[test]
fn a_full_disk_is_said_so_and_nothing_of_the_batch_is_recorded() {
    if is_missing(&[Need::Postgres, Need::PrivateMount]) {
        return;
    }
    let server = Postgres::with_little_room();
    let name = server.fresh_name_with_little_room();
    let mut host = open(&server.url(&name));
    let mut granted = 0;
    let failed = (0..2_000).find_map(|round: u64| {
        let asks: Vec<(u64, Act)> = (0..50).map(|n| (round * 50 + n, Act::Ask)).collect();
        let batch = common::try_to_act(&mut host, &policy(), &asks, 1_000 + round);
        granted += u64::from(batch.is_ok()) * 50;
        batch.err()
    });
    assert!(matches!(failed, Some(StoreError::Full(_))), "{failed:?} after {granted}");
    assert!(granted > 0);
    assert_eq!(counts(&mut host, &policy(), 1_000).live, granted);
}

#[test]
fn a_batch_that_waits_for_a_host_that_hangs_fails_within_its_time() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    let mut host = open(&server.url(&name));
    assert_eq!(act(&mut host, &policy(), &[(1, Act::Ask)], 1_000), [true]);
    server.query(&name, "CREATE TABLE enough ()");
    std::thread::scope(|scope| {
        let held = scope.spawn(|| {
            server.query(
                &name,
                "DO $$ BEGIN PERFORM FROM leasehold_host.family FOR UPDATE; PERFORM pg_advisory_lock(7);
                 WHILE NOT EXISTS (SELECT FROM enough) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$",
            );
        });
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7";
        assert!(wait::until(|| server.query(&name, locks) != "0"), "the other holds its lock");
        let failed = common::try_to_act(&mut host, &policy(), &[(2, Act::Ask)], 1_001);
        let holds = !held.is_finished();
        server.query(&name, "INSERT INTO enough DEFAULT VALUES");
        held.join().expect("no panic");
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
        assert!(holds, "it did not wait for the other to end");
    });
    assert_eq!(act(&mut host, &policy(), &[(2, Act::Ask)], 1_002), [true]);
}
