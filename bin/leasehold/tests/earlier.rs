//! Stores of released versions (`tests/earlier`): this version opens each, and what lay in it is there.
//!
//! All that depends on time goes by a clock of the test's own, which stands at the day on which the stores were made.

mod support;

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::thread;

use leasehold_client::{Client, HostName, Lookup, Machine, Options, Outcome};
use leasehold_core::{Component, Span, Standing, Timestamp};
use leasehold_host::activation::Home;
use leasehold_host::{Options as HostOptions, Server};
use leasehold_service::Listener;
use leasehold_store::host::HostStore;
#[cfg(unix)]
use leasehold_store_postgres::host::PostgresHost;
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::need::{Need, is_missing};
#[cfg(unix)]
use leasehold_testkit::postgres::Postgres;
use leasehold_testkit::{SeededRng, VirtualClock};
use serde_json::Value;
use support::program;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// A release whose stores are kept, unpacked.
struct Earlier {
    kept: PathBuf,
    folder: TempDir,
    facts: serde_json::Map<String, Value>,
}

/// All of them, the oldest first.
fn releases() -> Vec<Earlier> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier");
    let folders = fs::read_dir(kept).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<_> = folders.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "scripts/stores makes them");
    folders.into_iter().map(Earlier::unpacked).collect()
}

impl Earlier {
    fn unpacked(kept: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(kept.join("folders.tar.gz")).arg("-C").arg(folder.path());
        assert!(tar.status().expect("tar").success());
        let facts = fs::read(kept.join("facts.json")).expect("facts");
        Self { facts: serde_json::from_slice(&facts).expect("JSON"), kept, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, words: &[&str]) -> Output {
        program().args(words).current_dir(self.folder.path()).output().expect("the program runs")
    }

    fn json(&self, words: &[&str]) -> Value {
        let output = self.run(&[&["--json"], words].concat());
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Where what commands say now, each with these words more, differs from what they said then.
    #[track_caller]
    fn holds_to_its_facts(&self, kind: &str, more: &[&str]) {
        let mut checked = 0;
        for (command, then) in self.facts.iter().filter(|(command, _)| command.starts_with(kind)) {
            let words: Vec<&str> = command.split(' ').chain(more.iter().copied()).collect();
            let lost = lost(then, &self.json(&words), "");
            assert!(lost.is_empty(), "{}: {command}: {lost:?}", self.kept.display());
            checked += 1;
        }
        assert!(checked > 0, "{kind}");
    }

    /// The day on which it was made.
    fn made(&self) -> Timestamp {
        let events = self.facts["host events --data host"].as_array().expect("events");
        let newest = events.iter().filter_map(|event| event["at"].as_u64()).max();
        Timestamp::from_unix(newest.expect("an event")).plus(Span::HOUR)
    }

    /// The client of this number as `quickstart` made it up, at the same machine, on `clock`.
    fn client(&self, number: u32, host: &str, clock: &Arc<VirtualClock>) -> Client {
        let part = |component| (component, format!("quickstart {component:?} {number}"));
        let parts = [Component::MachineId, Component::SystemUuid, Component::SystemDisk];
        self.client_in(&format!("clients/{number}"), Machine::new(parts.map(part)), host, clock)
    }

    fn client_in(&self, state: &str, machine: Machine, host: &str, clock: &Arc<VirtualClock>) -> Client {
        let manifest = fs::read(self.path("acme-cad.lh")).expect("a manifest");
        let options = Options {
            state: Some(self.path(state)),
            hosts: vec![host.parse().expect("an address")],
            lookup: Lookup::Off,
            machine: Some(machine),
            host_name: HostName::Withheld,
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(1)),
            ..Options::default()
        };
        Client::open(&manifest, options).expect("a client")
    }
}

/// The members and entries of `then` that `now` lacks or has otherwise; what was added since is no loss.
fn lost(then: &Value, now: &Value, path: &str) -> Vec<String> {
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            let members = then.iter();
            members
                .flat_map(|(name, value)| lost(value, now.get(name).unwrap_or(&Value::Null), &format!("{path}/{name}")))
                .collect()
        }
        (Value::Array(then), Value::Array(now)) if then.len() == now.len() => {
            let entries = then.iter().zip(now).enumerate();
            entries.flat_map(|(at, (then, now))| lost(then, now, &format!("{path}/{at}"))).collect()
        }
        (then, now) if then == now => Vec::new(),
        // That was the clock.
        (Value::String(then), Value::String(now)) if then == "active" && now == "ended" => Vec::new(),
        (then, now) => vec![format!("{path}: {then}, now {now}")],
    }
}

/// A host in this process serves while `act` goes on.
fn while_serving(store: Box<dyn HostStore>, data: &Path, clock: &Arc<VirtualClock>, act: impl FnOnce(&str)) {
    let rng = Arc::new(SeededRng::new(2));
    let server = Server::start(Home::new(data), store, clock.clone(), rng, HostOptions::default());
    let server = server.expect("a host that starts");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let listener = runtime.block_on(async { Listener::bind((Ipv4Addr::LOCALHOST, 0).into()) }).expect("a port");
    let address = listener.address().to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = thread::spawn(move || {
        runtime.block_on(server.serve(listener, async {
            let _ = stopped.await;
        }));
    });
    act(&address);
    let _ = stop.send(());
    serving.join().expect("the host ends well");
}

/// Machines of an earlier release are licensed here as they were; the host counts on, and refuses what was revoked.
#[track_caller]
fn serves_on(earlier: &Earlier, store: Box<dyn HostStore>) {
    let clock = Arc::new(VirtualClock::new(earlier.made()));
    while_serving(store, &earlier.path("host"), &clock, |address| {
        let first = earlier.client(1, address, &clock);
        assert!(matches!(first.standing(), Standing::Licensed { .. }), "{:?}", first.standing());
        let held = first.status().lease.expect("a lease").cti;
        clock.advance(Span::days(7));
        let Outcome::Granted(granted) = first.renew().expect("an answer").outcome else { panic!("it is granted") };
        assert_ne!(granted.lease.cti, held);
        // Those that asked before count still, this one no second time; the one that was forgotten does not.
        assert_eq!(granted.lease.count, Some(7));
        let revoked = earlier.client(7, address, &clock).renew().map(|answer| answer.outcome);
        assert!(!matches!(revoked, Ok(Outcome::Granted(_))), "{revoked:?}");
        let newcomer = earlier.client(9, address, &clock).activate().expect("an answer");
        assert!(matches!(newcomer.outcome, Outcome::Granted(_)), "the threshold is met already");
    });
}

#[track_caller]
fn all_checks_pass(store: &str, checked: &Value) {
    let checks = checked["checks"].as_array().expect("checks");
    assert!(checks.iter().all(|check| check["outcome"] != "failure"), "{store}: {checked}");
}

#[test]
fn what_lay_in_the_stores_of_every_release_is_there() {
    if is_missing(&[Need::Tar]) {
        return;
    }
    for earlier in releases() {
        for store in ["host", "vendor"] {
            earlier.json(&["store", "migrate", store]);
        }
        for kind in ["vendor", "host", "journal"] {
            earlier.holds_to_its_facts(kind, &[]);
        }
        for store in ["host", "vendor"] {
            all_checks_pass(store, &earlier.json(&["store", "check", store]));
        }
    }
}

#[test]
fn a_host_serves_on_from_the_folder_of_every_release_and_machines_keep_their_leases() {
    if is_missing(&[Need::Tar]) {
        return;
    }
    for earlier in releases() {
        let store = SqliteHost::open(&earlier.path("host")).expect("a store");
        serves_on(&earlier, Box::new(store));
    }
}

#[test]
fn a_machine_with_a_multiple_key_keeps_what_it_holds() {
    if is_missing(&[Need::Tar]) {
        return;
    }
    for earlier in releases() {
        let clock = Arc::new(VirtualClock::new(earlier.made()));
        let machine = Machine::instance("keyed").expect("an id");
        let client = earlier.client_in("keyed", machine, "127.0.0.1:1", &clock);
        assert!(matches!(client.standing(), Standing::Licensed { until: None, .. }), "{:?}", client.standing());
    }
}

#[test]
fn a_backup_of_every_release_can_be_restored() {
    if is_missing(&[Need::Tar]) {
        return;
    }
    for earlier in releases() {
        earlier.json(&["host", "restore", "backup.tar", "--data", "restored"]);
        let (then, now) =
            (&earlier.facts["host clients --data host"], &earlier.json(&["host", "clients", "--data", "restored"]));
        assert_eq!(lost(then, now, ""), Vec::<String>::new());
        earlier.json(&["store", "check", "restored"]);
    }
}

#[cfg(unix)] // the database server of the tests runs on Linux
#[test]
fn what_lay_in_the_databases_of_every_release_is_there_and_a_host_serves_on_from_them() {
    if is_missing(&[Need::Tar, Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    for earlier in releases() {
        let database = |kind: &str| {
            let name = server.fresh_name();
            server.query(&name, &fs::read_to_string(earlier.kept.join(format!("{kind}.sql"))).expect("SQL"));
            server.url(&name)
        };
        let (host, authority) = (database("host"), database("authority"));
        let upgrade = earlier.json(&["host", "serve", "--check-upgrade", "--store", &host]);
        assert!(upgrade["found"].as_u64() <= upgrade["known"].as_u64(), "{upgrade}");
        for store in [&host, &authority] {
            earlier.json(&["store", "migrate", store]);
            all_checks_pass(store, &earlier.json(&["store", "check", store]));
        }
        earlier.holds_to_its_facts("vendor", &["--store", &authority]);
        for command in ["host clients", "host events"] {
            earlier.holds_to_its_facts(command, &["--store", &host]);
        }
        // Another copy, which the host itself brings up to date.
        let address = leasehold_store_postgres::Address::parse(&database("host"), &|_| None).expect("an address");
        serves_on(&earlier, Box::new(PostgresHost::open(address).expect("a store")));
    }
}

/// Where SQLite keeps the version of the schema in a file: four bytes, the highest first.
const SCHEMA_VERSION: std::ops::Range<usize> = 60..64;

/// Writes another version of its schema into a store.
fn set_version(store: &Path, version: u32) {
    let mut bytes = fs::read(store).expect("a store");
    bytes[SCHEMA_VERSION].copy_from_slice(&version.to_be_bytes());
    fs::write(store, bytes).expect("a store");
}

/// Each file of a folder with what is in it, but for those that SQLite has while it reads.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.is_file() && !["-shm", "-wal"].iter().any(|end| path.to_string_lossy().ends_with(end)));
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(&path).expect("a file"))).collect()
}

#[test]
fn an_upgrade_is_told_before_it_is_made_and_nothing_changes() {
    if is_missing(&[Need::Tar]) {
        return;
    }
    let earlier = releases().pop().expect("the newest");
    for (file, words, first) in [
        ("host/leasehold.db", ["host", "serve", "--check-upgrade", "--data", "host"], "public keys"),
        ("vendor/authority.db", ["vendor", "serve", "--check-upgrade", "--dir", "vendor"], "directories"),
    ] {
        let path = earlier.path(file);
        earlier.json(&["store", "migrate", file.split('/').next().expect("a folder")]);
        let known = earlier.json(&words)["known"].as_u64().expect("a version");
        assert!(String::from_utf8_lossy(&earlier.run(&words).stdout).contains("nothing would change"));
        set_version(&path, 5);
        let before = contents(path.parent().expect("a folder"));
        let told = earlier.json(&words);
        assert_eq!(
            (&told["found"], told["steps"].as_array().expect("steps").len() as u64),
            (&5.into(), known - 5),
            "{told}"
        );
        assert!(told["steps"][0]["change"].as_str().expect("words").contains(first), "{told}");
        let output = earlier.run(&words);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("version 5, this program works with"), "{said}");
        assert!(said.contains("an earlier release refuses the store") && said.contains("  6  "), "{said}");
        assert!(contents(path.parent().expect("a folder")) == before, "{file}: nothing is changed");
    }
    let output = earlier.run(&["host", "serve", "--check-upgrade", "--data", "elsewhere"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("[not-initialised]"), "{said}");
    assert!(!earlier.path("elsewhere").exists());
}

#[test]
fn a_store_of_a_later_release_is_refused_with_what_to_do_and_left_alone() {
    if is_missing(&[Need::Tar]) {
        return;
    }
    let earlier = releases().pop().expect("the newest");
    for file in ["host/leasehold.db", "vendor/authority.db"] {
        set_version(&earlier.path(file), 99);
    }
    let before = (contents(&earlier.path("host")), contents(&earlier.path("vendor")));
    for words in [
        "host serve --data host --listen 127.0.0.1:0 --admin-listen none",
        "host serve --check-upgrade --data host",
        "host status --data host",
        "host clients --data host",
        "host events --data host",
        "host backup later.tar --data host",
        "journal export --data host -o later.lhj",
        "store check host",
        "store migrate host",
        "store copy host copied",
        "vendor serve --dir vendor --passphrase-file vendor/passphrase --listen 127.0.0.1:0 --admin-listen none",
        "vendor serve --check-upgrade --dir vendor",
        "vendor key list --dir vendor",
        "store check vendor",
    ] {
        let output = earlier.run(&words.split(' ').collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {said}");
        assert!(said.contains("is of version 99, this program knows versions up to"), "{words}: {said}");
        assert!(
            said.contains("[store-newer]\n") && said.contains("\nhint: run the release that wrote it"),
            "{words}: {said}"
        );
    }
    let after = (contents(&earlier.path("host")), contents(&earlier.path("vendor")));
    assert!(before == after, "nothing is changed");
}
