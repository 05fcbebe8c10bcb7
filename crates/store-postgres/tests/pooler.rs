//! A pooler (the real `PgBouncer`) before the database: one that keeps a connection for each session works, another is refused.

mod common;

use common::{address, open, try_to_act};
use leasehold_core::{Policy, Span};
use leasehold_store::StoreError;
use leasehold_store::authority::AuthorityStore;
use leasehold_store::host::suite::{Act, act, counts};
use leasehold_store_postgres::authority::PostgresAuthority;
use leasehold_store_postgres::host::PostgresHost;
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::pgbouncer::Pgbouncer;
use leasehold_testkit::postgres::Postgres;

fn policy() -> Policy {
    Policy { threshold: 1, validity: Span::HOUR, ..Policy::default() }
}

/// Every way to open a store, and what each is refused by.
fn refusals(url: &str) -> [(&'static str, Option<StoreError>); 5] {
    [
        ("host", PostgresHost::open(address(url)).err()),
        ("reader", PostgresHost::open_reader(address(url)).err()),
        ("versions of a host", PostgresHost::versions(&address(url)).err()),
        ("authority", PostgresAuthority::open(&address(url)).err()),
        ("versions of an authority", PostgresAuthority::versions(&address(url)).err()),
    ]
}

#[test]
fn a_pooler_that_keeps_a_connection_for_each_session_works() {
    if is_missing(&[Need::Pgbouncer]) {
        return;
    }
    let server = Postgres::shared();
    let pooler = Pgbouncer::before(server, "session", &[]);
    let url = pooler.url(&server.fresh_name());
    let mut hosts = [open(&url), open(&url)];
    for round in 0..20 {
        let host = &mut hosts[usize::from(round % 2 == 0)];
        assert_eq!(act(host, &policy(), &[(round, Act::Ask)], 1_000 + round), [true]);
    }
    assert_eq!(counts(&mut hosts[0], &policy(), 1_020).live, 20);
    for (what, refused) in refusals(&url) {
        assert!(refused.is_none(), "{what}: {refused:?}");
    }
    let authority = PostgresAuthority::open(&address(&url)).expect("a store");
    authority.run("look", &mut |tx| tx.vendor().map(|vendor| assert_eq!(vendor, None))).expect("a transaction");
}

#[test]
fn a_pooler_that_gives_each_transaction_another_connection_is_refused_whatever_its_other_settings() {
    if is_missing(&[Need::Pgbouncer]) {
        return;
    }
    let server = Postgres::shared();
    let settings: [&[&str]; 4] = [&[], &["default_pool_size = 1"], &["server_round_robin = 1"], &["min_pool_size = 3"]];
    for mode in ["transaction", "statement"] {
        for settings in settings {
            let pooler = Pgbouncer::before(server, mode, settings);
            let name = server.fresh_name();
            for (what, refused) in refusals(&pooler.url(&name)) {
                assert!(matches!(refused, Some(StoreError::Pooled)), "{what}, {mode} {settings:?}: {refused:?}");
            }
            let made = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'leasehold%'";
            assert_eq!(server.query(&name, made), "0", "nothing was made");
        }
    }
}

#[test]
fn a_pooler_that_is_set_to_transactions_while_hosts_serve_is_refused_until_it_is_set_back() {
    if is_missing(&[Need::Pgbouncer]) {
        return;
    }
    let server = Postgres::shared();
    let pooler = Pgbouncer::before(server, "session", &[]);
    let url = pooler.url(&server.fresh_name());
    let (mut one, mut other) = (open(&url), open(&url));
    pooler.set_mode("transaction");
    let mut granted = 0;
    let mut ask = |host: &mut PostgresHost| {
        let asked = try_to_act(host, &policy(), &[(granted, Act::Ask)], 1_000);
        granted += u64::from(asked.is_ok());
        asked
    };
    // Each is left with its connection until it ends a transaction, and then with the one that ended last.
    let refused = (0..4).find_map(|_| [ask(&mut one), ask(&mut other)].into_iter().find_map(Result::err));
    assert!(matches!(refused, Some(StoreError::Pooled)), "{refused:?}");
    pooler.set_mode("session");
    ask(&mut one).expect("it works again");
    ask(&mut other).expect("it works again");
    assert_eq!(counts(&mut one, &policy(), 1_000).live, granted, "what was refused is not recorded");
}
