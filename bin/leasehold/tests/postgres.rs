//! Hosts that share a store in a PostgreSQL database: one count, one capacity, and each other's loss survived.

mod support;

use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use leasehold_core::{KeyId, Policy, PublicKey, Span};
use leasehold_host::activation::Home;
use leasehold_store::host::SealKind;
use leasehold_store_postgres::Address;
use leasehold_store_postgres::host::PostgresHost;
use leasehold_testkit::http::{get, post, problem};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::postgres::Postgres;
use support::{Host, Machine, Vendor, history, program};
use tempfile::TempDir;

const CAPACITY: u64 = 12;

/// Two hosts of one vendor on one database.
struct Pair {
    vendor: Vendor,
    folders: [TempDir; 2],
    ids: [KeyId; 2],
    url: String,
}

impl Pair {
    fn new(url: String, policy: &Policy) -> Self {
        let (vendor, folders) = (Vendor::new(), [1, 2].map(|_| tempfile::tempdir().expect("a folder")));
        let ids = [0, 1].map(|at| vendor.activate_as(at, folders[usize::from(at)].path(), policy.clone()));
        Self { vendor, folders, ids, url }
    }

    fn start(&self, at: usize) -> Host {
        Host::start_on(self.folders[at].path(), &self.url)
    }

    fn key(&self, at: usize) -> PublicKey {
        Home::new(self.folders[at].path()).keypair().expect("a key pair").public()
    }

    /// Every lease that was answered is in the store and its host's chain, and capacity held.
    fn holds(&self, answers: &[Vec<u8>]) {
        let mut store = reader(&self.url);
        let seals = [0, 1].map(|at| history::chain(&mut store, self.ids[at], &self.key(at)));
        for answer in answers {
            let signer = self.vendor.lease(answer).signer;
            let at = self.ids.iter().position(|id| *id == signer).expect("one of the two has signed it");
            history::stands_in(&seals[at], &self.vendor, answer);
        }
        history::was_kept(&mut store, &self.vendor, answers, CAPACITY);
    }
}

fn reader(url: &str) -> PostgresHost {
    let address = Address::parse(url, &|_| None).expect("an address");
    PostgresHost::open_reader(address).expect("it opens").expect("a store")
}

fn scarce() -> Policy {
    Policy { threshold: 1, capacity: Some(CAPACITY), validity: Span::HOUR, ..Policy::default() }
}

/// Waits for something that comes about by itself.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let pause = Duration::from_millis(20);
    let came = (0..6_000).any(|_| {
        let so = is_so();
        if !so {
            thread::sleep(pause);
        }
        so
    });
    assert!(came, "{what}");
}

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

/// Three machines for each of eight threads: their requests get newer over all loads of a test.
fn fleet() -> Vec<Vec<Machine>> {
    (0..8).map(|thread| (0..3).map(|n| Machine::new(100 * thread + n)).collect()).collect()
}

/// Eight threads ask and release, half of each host, until `end`; leases go into `answers`, other codes to `heard`.
fn under_load(
    machines: &mut [Vec<Machine>],
    hosts: [&str; 2],
    answers: &Mutex<Vec<Vec<u8>>>,
    heard: &(dyn Fn(usize, &str) + Sync),
    end: impl FnOnce(),
) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for (thread, machines) in (0_u64..).zip(machines) {
            let over = &over;
            scope.spawn(move || {
                let (at, mut turn) = (usize::try_from(thread % 2).expect("one of two"), thread);
                while !over.load(Ordering::Relaxed) {
                    turn += 1;
                    let machine = &mut machines[usize::try_from(turn % 3).expect("below three")];
                    let answer = if turn.is_multiple_of(4) {
                        post(hosts[at], "/v1/releases", &machine.release())
                    } else {
                        post(hosts[at], "/v1/leases", &machine.request())
                    };
                    match answer {
                        Ok((200, body)) => {
                            machine.take(&body);
                            answers.lock().expect("answers").push(body);
                            heard(at, "granted");
                        }
                        Ok((204, _)) => heard(at, "released"),
                        Ok((_, body)) => heard(at, &problem(&body)),
                        Err(_) => heard(at, "no answer"),
                    }
                    // Each request is newer than the one before by a second: too many are ahead of the host's clock.
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
        end();
        over.store(true, Ordering::Relaxed);
    });
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
    if is_missing(&[Need::Postgres]) {
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
    let cases = [
        ("postgres://leasehold@127.0.0.1:1/x".to_owned(), "refused", "[store-unavailable]"),
        (format!("postgres://guarded_by_password@{at}/{name}"), "password authentication failed", "[store-denied]"),
        (format!("postgres://leasehold@{at}/nowhere"), "does not exist", "[store-unavailable]"),
        (server.url(&newer), "version 99", "[store-newer]"),
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
