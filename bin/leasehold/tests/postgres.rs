//! Hosts that share a store in a PostgreSQL database: one count, one capacity, and each other's loss survived.
#![cfg(unix)] // the database server of the tests runs on Linux

mod support;

use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use leasehold_core::Policy;
use leasehold_store::host::SealKind;
use leasehold_testkit::http::{get, post, problem};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::pgbouncer::Pgbouncer;
use leasehold_testkit::postgres::Postgres;
use support::pair::{Pair, fleet, reader, scarce, under_load, until};
use support::{Host, Machine, Vendor, history, program};

#[test]
fn two_hosts_on_one_database_count_together() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let pair = Pair::new(Postgres::shared().fresh(), &Policy { threshold: 4, ..Policy::default() });
    let (one, other) = (pair.start(0), pair.start(1));
    let mut machines: Vec<Machine> = (0..=4).map(Machine::new).collect();
    let mut ask = |host: &Host, n: usize| {
        let (status, body) = post(&host.address, "/v1/leases", &machines[n].request()).expect("an answer");
        if status == 200 { "granted".to_owned() } else { problem(&body) }
    };
    assert_eq!([ask(&one, 1), ask(&one, 2), ask(&other, 3)], ["threshold-not-met"; 3]);
    assert_eq!([ask(&other, 4), ask(&one, 1), ask(&other, 2)], ["granted"; 3], "four have asked, of either host");
    one.stop();
    assert_eq!(ask(&other, 3), "granted");
    let shown = |command: &str| {
        let mut program = program();
        program.args(["--json", "host", command, "--store", &pair.url, "--data"]).arg(pair.folders[0].path());
        let output = program.output().expect("a process");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
    };
    let status = shown("status");
    assert_eq!((&status["families"][0]["clients"], &status["families"][0]["live"]), (&4.into(), &4.into()));
    assert_eq!(shown("clients").as_array().map(Vec::len), Some(4));
    assert_eq!(shown("events").as_array().map(Vec::len), Some(7));
    other.stop();
}

#[test]
fn a_host_that_is_killed_leaves_the_other_serving_and_no_lease_lost() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let pair = Pair::new(Postgres::shared().fresh(), &scarce());
    let (mut one, other) = (Some(pair.start(0)), pair.start(1));
    let (answers, granted) = (Mutex::new(Vec::new()), [AtomicUsize::new(0), AtomicUsize::new(0)]);
    let addresses = [one.as_ref().expect("a host").address.clone(), other.address.clone()];
    let killed = AtomicBool::new(false);
    let heard = |at: usize, code: &str| match code {
        "granted" => drop(granted[at].fetch_add(1, Ordering::Relaxed)),
        "released" | "capacity-reached" => {}
        "no answer" => assert!(at == 0 && killed.load(Ordering::SeqCst), "only the one that was killed is silent"),
        code => panic!("{code}"),
    };
    let grants = |at: usize, more: usize| {
        let enough = granted[at].load(Ordering::Relaxed) + more;
        until("grants", || granted[at].load(Ordering::Relaxed) >= enough);
    };
    let mut machines = fleet();
    under_load(&mut machines, [&addresses[0], &addresses[1]], &answers, &heard, || {
        grants(0, 40);
        killed.store(true, Ordering::SeqCst);
        one.take().expect("a host").kill();
        grants(1, 60);
    });
    let one = pair.start(0);
    let (status, body) = post(&one.address, "/v1/leases", &machines[0][0].request()).expect("an answer");
    assert!(status == 200 || problem(&body) == "capacity-reached", "it decides again: {status}");
    one.stop();
    other.stop();
    pair.holds(&answers.into_inner().expect("answers"));
}

#[test]
fn hosts_say_so_while_their_database_is_away_and_go_on_when_it_is_back() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let mut server = Postgres::start(&[]);
    let pair = Pair::new(server.fresh(), &scarce());
    let hosts = [pair.start(0), pair.start(1)];
    let addresses = hosts.each_ref().map(|host| host.address.as_str());
    let answers = Mutex::new(Vec::new());
    let (granted, away) = ([AtomicUsize::new(0), AtomicUsize::new(0)], [AtomicUsize::new(0), AtomicUsize::new(0)]);
    let heard = |at: usize, code: &str| match code {
        "granted" => drop(granted[at].fetch_add(1, Ordering::Relaxed)),
        "store-unavailable" => drop(away[at].fetch_add(1, Ordering::Relaxed)),
        "released" | "capacity-reached" => {}
        code => panic!("{code}"),
    };
    let both = |what: &str, counts: &[AtomicUsize; 2]| {
        let before = counts.each_ref().map(|count| count.load(Ordering::Relaxed));
        until(what, || (0..2).all(|at| counts[at].load(Ordering::Relaxed) > before[at] + 3));
    };
    let mut machines = fleet();
    for round in 0..4 {
        under_load(&mut machines, addresses, &answers, &heard, || {
            both("grants", &granted);
            if round % 2 == 0 {
                server.crash();
            } else {
                server.stop();
            }
            both("refusals", &away);
            for address in addresses {
                assert_eq!(get(address, "/readyz").expect("an answer").0, 503);
                assert_eq!(get(address, "/healthz").expect("an answer").0, 200);
            }
            if round < 2 {
                server.start_again();
                both("grants again", &granted);
            }
        });
        if round >= 2 {
            // No client asks: they notice by themselves.
            server.start_again();
            for address in addresses {
                until("ready again", || get(address, "/readyz").expect("an answer").0 == 200);
            }
        }
    }
    server.stop();
    for address in addresses {
        until("not ready, though no client asks", || get(address, "/readyz").expect("an answer").0 == 503);
    }
    server.start_again();
    hosts.into_iter().for_each(|host| drop(host.stop()));
    pair.holds(&answers.into_inner().expect("answers"));
}

#[test]
fn a_database_without_room_is_said_so_and_nothing_is_granted_that_is_not_recorded() {
    if is_missing(&[Need::Postgres, Need::PrivateMount]) {
        return;
    }
    let server = Postgres::with_little_room();
    let name = server.fresh_name_with_little_room();
    let pair = Pair::new(server.url(&name), &Policy { threshold: 1, ..Policy::default() });
    let host = pair.start(0);
    server.query(
        &name,
        "CREATE TABLE filler (bytes BYTEA); ALTER TABLE filler ALTER bytes SET STORAGE EXTERNAL;
         DO $$ DECLARE size INT; BEGIN FOREACH size IN ARRAY ARRAY[400000, 8000] LOOP BEGIN
             LOOP BEGIN INSERT INTO filler VALUES (convert_to(repeat('x', size), 'UTF8'));
             EXCEPTION WHEN disk_full THEN EXIT; END; END LOOP; END; END LOOP; END $$",
    );
    let mut granted = Vec::new();
    let refused = (0..2_000).find_map(|n| match post(&host.address, "/v1/leases", &Machine::new(n).request()) {
        Ok((200, answer)) => {
            granted.push(answer);
            None
        }
        Ok((status, body)) => Some((status, problem(&body))),
        Err(error) => panic!("no answer after {} leases: {error}", granted.len()),
    });
    assert_eq!(refused, Some((503, "store-unavailable".to_owned())), "after {} leases", granted.len());
    assert_eq!(get(&host.address, "/healthz").expect("an answer").0, 200, "it is alive");
    server.query(&name, "DROP TABLE filler");
    until("there is room again", || get(&host.address, "/readyz").expect("an answer").0 == 200);
    let (status, answer) = post(&host.address, "/v1/leases", &Machine::new(9_999).request()).expect("an answer");
    assert_eq!(status, 200);
    granted.push(answer);
    host.stop();
    let mut store = reader(&pair.url);
    let seals = history::chain(&mut store, pair.ids[0], &pair.key(0));
    let of_leases = seals.values().filter(|seal| seal.kind == SealKind::Leases).count();
    assert_eq!(of_leases, granted.len(), "no seal is left out");
    granted.iter().for_each(|answer| history::stands_in(&seals, &pair.vendor, answer));
}

#[test]
fn a_database_that_cannot_be_used_is_said_so_at_the_start() {
    if is_missing(&[Need::Postgres, Need::Pgbouncer]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    server.query(&name, "CREATE ROLE guarded_by_password LOGIN PASSWORD 'right'");
    let newer = server.fresh_name();
    server.query(
        &newer,
        "CREATE SCHEMA leasehold_host; CREATE TABLE leasehold_host.schema_version (version BIGINT);
         INSERT INTO leasehold_host.schema_version VALUES (99)",
    );
    let at = server.address();
    let pooler = Pgbouncer::before(server, "transaction", &[]);
    let cases = [
        ("postgres://leasehold@127.0.0.1:1/x".to_owned(), "refused", "[store-unavailable]"),
        (format!("postgres://guarded_by_password@{at}/{name}"), "password authentication failed", "[store-denied]"),
        (format!("postgres://leasehold@{at}/nowhere"), "does not exist", "[store-unavailable]"),
        (server.url(&newer), "version 99", "[store-newer]"),
        (pooler.url(&name), "each transaction", "[store-pooled]"),
        (format!("postgres://leasehold:secret@{at}/{name}"), "PGPASSWORD", "[usage]"),
        (format!("{}?sslmode=strict", server.url(&name)), "sslmode cannot be strict", "[usage]"),
        (format!("{}?sslmode=require", server.url(&name)), "TLS", "[store-unavailable]"),
        ("mysql://db/x".to_owned(), "postgres://", "[usage]"),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    Vendor::new().activate(folder.path(), Policy::default());
    for (url, words, code) in cases {
        let Output { status, stderr, .. } = program()
            .args(["host", "serve", "--listen", "127.0.0.1:0", "--store", &url, "--data"])
            .arg(folder.path())
            .env("PGPASSWORD", "wrong")
            .output()
            .expect("a process");
        let said = String::from_utf8_lossy(&stderr);
        assert_eq!(status.code(), Some(2), "{url}: {said}");
        assert!(said.contains(words) && said.contains(code) && said.contains("hint:"), "{url}: {said}");
        assert!(!said.contains("secret"), "{said}");
    }
    assert!(!folder.path().join("leasehold.db").exists(), "nothing was made in the folder instead");
}

#[test]
fn the_address_of_the_database_is_taken_from_the_environment_or_the_configuration_too() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let (by_environment, by_file) = (server.fresh_name(), server.fresh_name());
    let folder = tempfile::tempdir().expect("a folder");
    let vendor = Vendor::new();
    vendor.activate(folder.path(), Policy { threshold: 1, ..Policy::default() });
    let file = folder.path().join("host.toml");
    std::fs::write(&file, format!("store = \"{}\"\n", server.url(&by_file))).expect("a file");
    let serve = || {
        let mut command = program();
        command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path());
        command
    };
    let mut environment = serve();
    environment.env("LEASEHOLD_STORE", server.url(&by_environment).replace('@', ":any@"));
    let mut configured = serve();
    configured.arg("--config").arg(&file).arg("--new-store");
    for (command, name) in [(environment, by_environment), (configured, by_file)] {
        let host = Host::spawn(command);
        assert_eq!(post(&host.address, "/v1/leases", &Machine::new(1).request()).expect("an answer").0, 200);
        host.stop();
        assert_eq!(server.query(&name, "SELECT count(*) FROM leasehold_host.lease"), "1");
    }
}
