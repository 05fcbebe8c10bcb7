use std::collections::HashMap;
use std::sync::Barrier;
use std::thread;

use leasehold_core::{FamilyId, Policy, Span};
use leasehold_store::host::suite::{self, Act, HOST, act, act_by, counts};
use leasehold_store::host::{Decision, Flaw, Records, Subject};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::postgres::Postgres;
use leasehold_testkit::wait;

use super::*;

fn address(url: &str) -> Address {
    Address::parse(url, &|_| None).expect("an address")
}

fn store(url: &str) -> PostgresHost {
    PostgresHost::open(address(url)).expect("a store")
}

/// A store, with the server and the name of its database for statements beside it.
fn named_store() -> (&'static Postgres, String, PostgresHost) {
    let server = Postgres::shared();
    let name = server.fresh_name();
    let host = store(&server.url(&name));
    (server, name, host)
}

/// Knuth's MMIX generator: the same numbers everywhere.
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// The counts as the rows say them.
fn recount(store: &mut PostgresHost, policy: &Policy, now: u64) -> Counts {
    let (rows, now) = (store.clients(None, 10_000).expect("clients"), Timestamp::from_unix(now));
    let within = rows.iter().filter(|row| row.sighting.last > now.minus(policy.window)).count();
    let live = rows.iter().flat_map(|row| &row.leases).filter(|(_, lease)| lease.held.runs_at(now)).count();
    Counts { clients: within as u64, live: live as u64 }
}

#[test]
fn it_passes_the_suite() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    suite::run(|| store(&Postgres::shared().fresh()));
}

#[test]
fn it_passes_the_suite_over_a_socket() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    suite::run(|| store(&server.socket_url(&server.fresh_name())));
}

#[test]
fn it_is_copied_into_sqlite_and_back() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let folders = std::cell::RefCell::new(Vec::new());
    let sqlite = || {
        let folder = tempfile::tempdir().expect("a folder");
        let store = leasehold_store_sqlite::host::SqliteHost::open(folder.path()).expect("a store");
        folders.borrow_mut().push(folder);
        store
    };
    let postgres = || store(&Postgres::shared().fresh());
    suite::run_copies(postgres, postgres);
    suite::run_copies(postgres, sqlite);
    suite::run_copies(sqlite, postgres);
}

#[test]
fn its_journal_is_pruned() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    suite::run_pruning(|| store(&Postgres::shared().fresh()));
}

#[test]
fn hosts_whose_clocks_differ_count_as_one_and_to_the_second() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let url = Postgres::shared().fresh();
    let mut hosts: Vec<(KeyId, PostgresHost)> = (1..=3).map(|n| (KeyId([n; 16]), store(&url))).collect();
    let policy = Policy {
        threshold: 3,
        window: Span::seconds(60),
        validity: Span::seconds(40),
        capacity: Some(20),
        ..Policy::default()
    };
    let (mut seed, mut full) = (11, 0);
    for round in 0..150 {
        let acts: Vec<(u64, Act)> = (0..=random(&mut seed) % 9)
            .map(|_| {
                (random(&mut seed) % 50, if random(&mut seed).is_multiple_of(7) { Act::Release } else { Act::Ask })
            })
            .collect();
        let now = 10_000 + round + random(&mut seed) % 9;
        let (name, host) = &mut hosts[usize::try_from(round % 3).expect("below three")];
        act_by(host, *name, &policy, &acts, now);
        for at in [now, now - 5, now + 30] {
            assert_eq!(counts(host, &policy, at), recount(host, &policy, at), "round {round} at {at}");
        }
        full += u64::from(counts(host, &policy, now).live == 20);
    }
    assert!(full > 0, "the walk has reached the capacity");
    assert!(hosts[0].1.flaws().expect("flaws").is_empty());
}

#[test]
fn a_horizon_that_was_altered_is_found() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let (server, name, mut host) = named_store();
    let policy = Policy { threshold: 1, ..Policy::default() };
    act(&mut host, &policy, &[(1, Act::Ask), (2, Act::Ask)], 1_000);
    assert!(host.flaws().expect("flaws").is_empty());
    server.query(&name, "UPDATE leasehold_host.horizon SET count = count + 1 WHERE ends");
    assert!(matches!(host.flaws().expect("flaws").as_slice(), [Flaw::Times { .. }]));
}

/// What a host of an earlier release has left, and what it has in hand while the schema is brought up to date: a client that comes back, and
/// one that is new.
const COMMITTED: &str = "INSERT INTO leasehold_host.family (name) VALUES ('acme');
    INSERT INTO leasehold_host.client (client, family, first_seen, last_seen, fingerprint) VALUES ('\\x01', 1, 1000, 1000, '\\x00');
    INSERT INTO leasehold_host.lease VALUES ('\\x01', 1, 1, '\\x01', '\\x01', 1000, 2000, 1, 0);
    UPDATE leasehold_host.family SET clients = 1, live = 1";
const IN_HAND: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
    SELECT id FROM leasehold_host.family WHERE id = 1 FOR UPDATE;
    INSERT INTO leasehold_host.client (client, family, first_seen, last_seen, fingerprint) VALUES ('\\x02', 1, 1500, 1500, '\\x00');
    UPDATE leasehold_host.client SET last_seen = 1500 WHERE client = '\\x01';
    INSERT INTO leasehold_host.lease VALUES ('\\x02', 1, 1, '\\x02', '\\x02', 1500, 2500, 2, 0);
    UPDATE leasehold_host.lease SET expires = 2500 WHERE client = '\\x01';
    UPDATE leasehold_host.family SET clients = 2, live = 2";
const HORIZON: &str =
    "SELECT string_agg(concat_ws(' ', ends, at, count), ', ' ORDER BY ends, at) FROM leasehold_host.horizon";

#[test]
fn what_an_earlier_host_has_in_hand_while_the_times_are_counted_is_waited_for() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let earlier = Schema { steps: SCHEMA.steps.split_at(6).0, ..SCHEMA };
    for (isolation, end, counted) in [
        ("read committed", "COMMIT", "f 1500 2, t 2500 2"),
        ("read committed", "ROLLBACK", "f 1000 1, t 2000 1"),
        ("repeatable read", "COMMIT", "f 1500 2, t 2500 2"),
        ("serializable", "COMMIT", "f 1500 2, t 2500 2"),
    ] {
        let server = Postgres::shared();
        let name = server.fresh_name();
        server.query(&name, &format!("ALTER DATABASE {name} SET default_transaction_isolation = '{isolation}'"));
        let (url, runtime) = (server.url(&name), runtime().expect("a runtime"));
        let before = runtime.block_on(async {
            let session = Session::open(&address(&url), Purpose::Looking).await?;
            earlier.bring_up_to_date(&session.client).await?;
            session.client.batch_execute(COMMITTED).await?;
            session.client.batch_execute(IN_HAND).await?;
            Ok::<_, Fault>(session)
        });
        let before = before.expect("a host of an earlier release");
        let opening = thread::spawn(move || store(&url));
        let waits =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        assert!(wait::until(|| server.query(&name, waits) != "0" || opening.is_finished()));
        assert!(!opening.is_finished(), "{isolation}: it has not waited");
        runtime.block_on(before.client.batch_execute(end)).expect("its end");
        let mut host = opening.join().expect("a store");
        assert_eq!(server.query(&name, HORIZON), counted, "{isolation} {end}");
        assert!(host.flaws().expect("flaws").is_empty(), "{isolation} {end}");
        let next = runtime.block_on(before.client.batch_execute("UPDATE leasehold_host.family SET seen_boundary = 1"));
        assert!(next.is_err(), "the host of the earlier release is refused from now on");
    }
}

/// The capacity of the hosts that race below.
const CAPACITY: u64 = 7;

#[test]
fn capacity_and_chains_hold_however_many_hosts_decide_at_once() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let url = Postgres::shared().fresh();
    let policy = Policy { threshold: 1, capacity: Some(CAPACITY), validity: Span::HOUR, ..Policy::default() };
    // Who connects first must not have taken all places before the others begin.
    let together = Barrier::new(6);
    thread::scope(|scope| {
        for thread in 0..6_u64 {
            let together = &together;
            // Two threads have one host's key, as where a host is started twice.
            let (url, policy, name) = (&url, &policy, KeyId([u8::try_from(thread / 2).expect("small"); 16]));
            scope.spawn(move || {
                let (mut host, mut seed) = (store(url), thread);
                together.wait();
                for round in 0..40 {
                    let asks: Vec<(u64, Act)> = (0..4)
                        .map(|_| {
                            let client = thread * 100 + random(&mut seed) % 5;
                            (client, if random(&mut seed).is_multiple_of(3) { Act::Release } else { Act::Ask })
                        })
                        .collect();
                    act_by(&mut host, name, policy, &asks, 1_000 + round);
                }
            });
        }
    });
    let mut host = store(&url);
    let (mut live, mut max) = (HashMap::new(), 0);
    for entry in host.events(usize::MAX).expect("events").into_iter().rev() {
        match entry.decision {
            Decision::Granted { expires, .. } => drop(live.insert(entry.client, expires)),
            Decision::Released { .. } | Decision::Ended { .. } => drop(live.remove(&entry.client)),
            Decision::Refused { .. } | Decision::Forgotten { .. } => {}
        }
        max = max.max(live.len() as u64);
    }
    assert_eq!(max, CAPACITY, "it is reached and never exceeded");
    assert_eq!(counts(&mut host, &policy, 1_040), recount(&mut host, &policy, 1_040));
    for name in 0..3 {
        let seals = host.seals(KeyId([name; 16]), usize::MAX).expect("seals");
        assert!(seals.windows(2).all(|pair| pair[0].previous == pair[1].seal && pair[0].number == pair[1].number + 1));
        assert_eq!(seals.last().map(|seal| (seal.number, seal.previous)), Some((1, [0; 32])));
    }
}

#[test]
fn no_user_has_more_devices_than_allowed_however_many_hosts_decide_at_once() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let url = Postgres::shared().fresh();
    let policy = Policy { threshold: 1, devices: Some(2), validity: Span::HOUR, ..Policy::default() };
    let together = Barrier::new(4);
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (together, url, policy) = (&together, &url, &policy);
            let name = KeyId([u8::try_from(thread).expect("small"); 16]);
            scope.spawn(move || {
                let (mut host, mut seed) = (store(url), thread);
                together.wait();
                for round in 0..30 {
                    let ask = |seed: &mut u64| match random(seed) % 4 {
                        0 => Act::Release,
                        user => Act::SignedIn(u8::try_from(user).expect("small")),
                    };
                    let acts: Vec<(u64, Act)> = (0..4).map(|_| (random(&mut seed) % 12, ask(&mut seed))).collect();
                    act_by(&mut host, name, policy, &acts, 1_000 + round);
                }
            });
        }
    });
    let (mut held, mut max) = (HashMap::new(), 0);
    for entry in store(&url).events(usize::MAX).expect("events").into_iter().rev() {
        match entry.decision {
            Decision::Granted { user, .. } => drop(held.insert(entry.client, user)),
            Decision::Released { .. } => drop(held.remove(&entry.client)),
            Decision::Refused { .. } | Decision::Ended { .. } | Decision::Forgotten { .. } => {}
        }
        let mut devices: HashMap<_, u64> = HashMap::new();
        held.values().for_each(|user| *devices.entry(*user).or_default() += 1);
        max = max.max(devices.into_values().max().unwrap_or_default());
    }
    assert_eq!(max, 2, "it is reached and never exceeded");
}

#[test]
fn many_that_open_a_new_store_at_once_all_can() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let url = Postgres::shared().fresh();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| PostgresHost::open(address(&url)).map(drop))).collect();
        threads.into_iter().for_each(|thread| thread.join().expect("no panic").expect("a store"));
    });
}

#[test]
fn families_of_one_certificate_that_nobody_asks_about_are_not_waited_for() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let url = Postgres::shared().fresh();
    let (mut one, mut other) = (store(&url), store(&url));
    let family = |name: &str| Family { id: name.parse::<FamilyId>().expect("an id"), window: Span::DAY };
    let families = [family("a"), family("b")];
    let product = "p".parse().expect("an id");
    let ask = |family| [Subject { family, client: suite::client(1), product, fingerprint: None, user: None }];
    let now = Timestamp::from_unix(1_000);
    let (first, second) = (ask(0), ask(1));
    let batch = |host, subjects| Batch { host, now, families: &families, subjects };
    let outer = one.decide(&batch(KeyId([1; 16]), &first), &mut |_| {
        let beside = || {
            other.decide(&batch(KeyId([2; 16]), &second), &mut |_| Seals::default()).expect("another family is free");
        };
        thread::scope(|scope| scope.spawn(beside).join().expect("no panic"));
        Seals::default()
    });
    outer.expect("decided");
}

#[test]
fn a_connection_that_was_cut_is_made_again() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let (server, name, mut host) = named_store();
    let policy = Policy { threshold: 1, ..Policy::default() };
    let cut = || {
        let others = "pid <> pg_backend_pid() AND datname = current_database()";
        server.query(&name, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"));
    };
    assert_eq!(act(&mut host, &policy, &[(1, Act::Ask)], 1_000), [true]);
    cut();
    assert_eq!(act(&mut host, &policy, &[(2, Act::Ask)], 1_001), [true], "while no client asked");
    let product = "acme-cad".parse().expect("an id");
    let subjects = [Subject { family: 0, client: suite::client(3), product, fingerprint: None, user: None }];
    let families = [Family { id: "acme".parse().expect("an id"), window: policy.window }];
    let batch = Batch { host: HOST, now: Timestamp::from_unix(1_002), families: &families, subjects: &subjects };
    let mut runs = 0;
    let decided = host.decide(&batch, &mut |ledger| {
        runs += 1;
        if runs == 1 {
            cut();
        }
        ledger.release(0, leasehold_core::Cti([1; 16]));
        let asked = leasehold_store::host::Asked {
            request: leasehold_core::Cti([2; 16]),
            issued: Timestamp::from_unix(1_002),
            fingerprint: leasehold_core::Fingerprint::new([(leasehold_core::Component::MachineId, [1; 8])])
                .expect("a component"),
            name: None,
            address: None,
        };
        ledger.refuse(0, asked, leasehold_core::Refusal::Revoked, (leasehold_core::Cti([3; 16]), Span::HOUR));
        Seals::default()
    });
    decided.expect("decided at the second try");
    assert_eq!((runs, host.events(10).expect("events").len()), (2, 3), "recorded once");
}

#[test]
fn commits_are_durable_where_the_database_is_set_otherwise() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    server.query(&name, &format!("ALTER DATABASE {name} SET synchronous_commit = off"));
    let runtime = runtime().expect("a runtime");
    let setting: String = runtime.block_on(async {
        let session = Session::open(&address(&server.url(&name)), Purpose::Serving).await.expect("a session");
        let row = session.client.query_one("SHOW synchronous_commit", &[]).await.expect("a row");
        row.get(0)
    });
    assert_eq!(setting, "on");
}

/// A plan is made once and kept while the tables grow, so it must be right for a family of a million from the start.
#[test]
fn no_statement_reads_a_whole_family_however_small_the_tables_were_when_it_was_planned() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let (server, name, mut host) = named_store();
    let policy = Policy { threshold: 1, ..Policy::default() };
    let plans = || {
        let mut seen = 0;
        for entry in std::fs::read_dir(format!("{}/sql/host", env!("CARGO_MANIFEST_DIR"))).expect("a folder") {
            let path = entry.expect("an entry").path();
            let statement = path.file_stem().expect("a name").to_string_lossy().into_owned();
            // Two count all rows, one looks for any.
            if ["kept_counts", "count_seconds", "is_empty"].contains(&statement.as_str()) {
                continue;
            }
            for scan in scans(&plan(server, &name, &std::fs::read_to_string(&path).expect("a statement"))) {
                assert!(scan.is_bounded(), "{statement}: {} {}", scan.node, scan.by);
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen} places read clients and leases");
    };
    plans();
    for turn in 0..10 {
        let acts: Vec<(u64, Act)> = (turn * 50..turn * 50 + 50).map(|n| (n, Act::Ask)).collect();
        act(&mut host, &policy, &acts, 1_000 + turn);
        plans();
    }
    server.query(&name, "ANALYZE");
    plans();
}

/// How a connection that decides would carry out a statement.
fn plan(server: &Postgres, database: &str, sql: &str) -> String {
    let serving = include_str!("../../sql/serving.sql");
    let arguments = (1..=20).filter(|n| sql.contains(&format!("${n}"))).map(|_| "NULL").collect::<Vec<_>>().join(", ");
    let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
    let words = format!("{serving};\nPREPARE looked AS {sql};\nEXPLAIN (COSTS OFF) EXECUTE looked{arguments}");
    server.query(database, &words)
}

/// A place in a plan that reads clients, leases or their times, and by what it finds them.
struct Scan {
    node: String,
    by: String,
}

impl Scan {
    /// Whether it reads what it is asked for: some keys, a stretch of keys, or a family's counts of some stretch of time.
    fn is_bounded(&self) -> bool {
        ["(client ", "(holder ", "(fingerprint ", "(at "].iter().any(|key| self.by.contains(key))
            || self.node.contains("Tid Scan")
    }
}

fn scans(plan: &str) -> Vec<Scan> {
    let mut lines = plan.lines().peekable();
    let mut scans = Vec::new();
    while let Some(line) = lines.next() {
        // A table, with an alias behind it, or one of its indexes.
        let read = line.rsplit_once(" on ").and_then(|(_, name)| name.split(['_', ' ']).next());
        let reads = read.is_some_and(|table| ["client", "lease", "horizon"].contains(&table));
        // What is read in two steps is found in the one below.
        if !line.contains("Scan") || !reads || line.contains("Bitmap Heap Scan") {
            continue;
        }
        let by = lines.next_if(|next| next.contains("Index Cond: "));
        scans.push(Scan { node: line.trim().to_owned(), by: by.unwrap_or_default().trim().to_owned() });
    }
    scans
}

#[test]
fn each_statement_begins_with_its_name() {
    for folder in ["sql", "sql/host", "migrations/host"] {
        for entry in std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
                let text = std::fs::read_to_string(&path).expect("a statement");
                assert!(text.starts_with(&format!("-- {name}: ")), "{}", path.display());
            }
        }
    }
}
