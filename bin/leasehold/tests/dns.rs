//! Publication of a host's record through the built program, on a real name server (BIND 9).

mod common;
mod schema;
mod support;

use std::path::Path;

use common::{Run, leasehold};
use leasehold_core::Policy;
use leasehold_testkit::dns::{NameServer, Setup, SharedKey, Zone};
use leasehold_testkit::http::{get, post};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::{ClosedPort, wait};
use serde_json::{Value, json};
use support::{Host, Machine, Vendor, program};
use tempfile::TempDir;

#[test]
fn a_host_publishes_shows_and_withdraws_its_own_record_and_no_other() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    let first = scene.dns("publish", &["--target", "lease1.corp.example"]);
    let line = "_leasehold._tcp.corp.example. 3600 IN SRV 10 10 16880 lease1.corp.example.\n";
    assert_eq!((first.status, first.stdout.as_str()), (0, line), "{}", first.stderr);
    assert_eq!(first.stderr, "zone corp.example: the record was added\n");
    let again = scene.dns("publish", &["--target", "lease1.corp.example", "--weight", "20"]);
    assert_eq!(again.stderr, "zone corp.example: the record has replaced this host's earlier one\n");

    let shown = scene.dns("show", &["--target", "lease1.corp.example", "--json"]).json();
    assert_eq!(schema::differs(&shown, "host-dns-show"), None);
    let own = json!({
        "record": "_leasehold._tcp.corp.example. 3600 IN SRV 10 20 16880 lease1.corp.example.",
        "priority": 10, "weight": 20, "port": 16880, "target": "lease1.corp.example", "ttl": 3600, "own": true,
    });
    let records = shown[0]["records"].as_array().expect("records");
    assert_eq!((records.len(), &records[0]["own"], &records[1]), (2, &json!(false), &own), "{shown}");

    let gone = scene.dns("withdraw", &["--target", "lease1.corp.example"]);
    assert_eq!((gone.status, gone.stderr.as_str()), (0, "zone corp.example: the record was removed\n"));
    let left = scene.targets();
    assert_eq!(left, ["other.corp.example"]);
    let again = scene.dns("withdraw", &["--target", "lease1.corp.example"]);
    assert_eq!((again.status, again.stderr.as_str()), (0, "zone corp.example: there was no such record\n"));
}

#[test]
fn without_rights_the_record_is_printed_for_an_administrator_who_has_them() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    for key in [scene.file("wrong.key", &key("host1", "d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc=").file()), String::new()] {
        let data = scene.data.path().to_str().expect("text");
        let mut arguments = vec!["host", "dns", "publish", "--zone", "corp.example", "--server", &scene.server];
        arguments.extend(["--data", data]);
        arguments.extend(["--target", "lease1.corp.example"]);
        if !key.is_empty() {
            arguments.extend(["--tsig-key-file", &key]);
        }
        let refused = leasehold(&arguments, b"");
        let line = "_leasehold._tcp.corp.example. 3600 IN SRV 10 10 16880 lease1.corp.example.\n";
        assert_eq!((refused.status, refused.stdout.as_str()), (1, line), "{}", refused.stderr);
        let code = if key.is_empty() { "[dns-not-permitted]" } else { "[dns-key-refused]" };
        assert!(refused.stderr.starts_with("error: zone corp.example: name server "), "{}", refused.stderr);
        assert!(refused.stderr.contains(code), "{}", refused.stderr);
        assert!(refused.stderr.contains("\nhint: give the record above to the administrator"), "{}", refused.stderr);
    }
    assert_eq!(scene.targets(), ["other.corp.example"]);
}

#[test]
fn what_cannot_be_published_is_told_before_anything_is_asked() {
    let data = TempDir::new().expect("a folder");
    let folder = ["host", "dns", "publish", "--data", data.path().to_str().expect("text")];
    let told = |arguments: &[&str]| leasehold(&[&folder[..], arguments].concat(), b"");
    let nothing = told(&[]);
    assert_eq!(nothing.status, 2);
    assert!(nothing.stderr.starts_with("error: no zone to publish in is named [usage]\nhint: `--zone"), "{nothing:?}");
    let address = told(&["--zone", "corp.example", "--target", "10.0.0.1"]);
    assert_eq!(address.status, 2);
    assert!(address.stderr.contains("names a host, not an address"), "{}", address.stderr);
    let name = told(&["--zone", "corp.example", "--target", "h.corp.example", "--server", "ns1"]);
    assert!(name.stderr.contains("a name server is given by its address"), "{}", name.stderr);
    let missing = told(&["--zone", "a.example", "--target", "h.a.example", "--tsig-key-file", "/nonexistent"]);
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("/nonexistent: no such file"), "{}", missing.stderr);
}

#[test]
fn a_host_publishes_its_record_when_it_begins_to_serve_and_leaves_it_when_it_ends() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    let config = scene.config(&scene.key);
    let data = TempDir::new().expect("a folder");
    let host = serve(data.path(), &config);
    let own = scene.wait_for("lease1.corp.example");
    let port: u16 = host.address.rsplit(':').next().expect("a port").parse().expect("a port");
    assert_eq!((&own["port"], &own["weight"]), (&json!(port), &json!(30)), "the port it listens at");
    host.stop();
    assert_eq!(scene.targets(), ["lease1.corp.example", "other.corp.example"]);
}

#[test]
fn a_host_that_may_not_publish_says_what_to_publish_and_serves_on() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    let key = scene.file("wrong.key", &key("host1", "d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc=").file());
    let config = scene.config(&key);
    let data = TempDir::new().expect("a folder");
    let log = scene.folder.path().join("log");
    let mut command = serving(data.path(), &config);
    command.stderr(std::fs::File::create(&log).expect("a log"));
    let host = Host::spawn(command);
    let told = wait::find(|| {
        let said = std::fs::read_to_string(&log).expect("the log");
        // It answers all the while.
        let (status, _) = get(&host.address, "/healthz").expect("an answer");
        assert_eq!(status, 200);
        said.contains("record not published").then_some(said)
    });
    let told = told.expect("it says so");
    assert!(told.contains("dns-key-refused"), "{told}");
    assert!(told.contains("IN SRV 10 30 "), "{told}");
    host.stop();
    let said = std::fs::read_to_string(&log).expect("the log");
    assert_eq!(said.matches("record not published").count(), 1, "{said}");
}

#[test]
fn a_host_that_moves_to_another_port_takes_its_record_along() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    let data = TempDir::new().expect("a folder");
    for (port, weight) in [("1001", "1"), ("1002", "2")] {
        let target = ["--target", "lease1.corp.example"];
        let run = scene.dns_of(&data, "publish", &[&target[..], &["--port", port, "--weight", weight]].concat());
        assert_eq!(run.status, 0, "{}", run.stderr);
    }
    let ports: Vec<Value> = scene.records().iter().map(|record| record["port"].clone()).collect();
    assert_eq!(ports, [json!(16_880), json!(1_002)], "the other host's, and this one's new one");
}

#[test]
fn withdraw_and_show_know_the_record_that_was_published_from_the_folder() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    let published = ["--target", "lease7.corp.example", "--port", "1007"];
    assert_eq!(scene.dns("publish", &published).status, 0);
    let shown = scene.dns("show", &["--any-zone", "--json"]).json();
    let own = shown[0]["records"].as_array().expect("records").iter().find(|record| record["own"] == true);
    assert_eq!(own.expect("its own")["target"], "lease7.corp.example");
    let gone = scene.dns("withdraw", &["--any-zone"]);
    assert_eq!((gone.status, gone.stderr.as_str()), (0, "zone corp.example: the record was removed\n"));
    assert_eq!(scene.targets(), ["other.corp.example"]);
    let again = scene.dns("withdraw", &["--any-zone"]);
    assert_eq!(again.status, 2, "nothing is published any more: {again:?}");
    assert!(again.stderr.contains("no zone to publish in is named"), "{}", again.stderr);
}

#[test]
fn a_record_that_may_be_meant_and_is_not_the_one_named_is_told_and_stays() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    assert_eq!(scene.dns("publish", &["--target", "lease1.corp.example", "--port", "1001"]).status, 0);
    let elsewhere = TempDir::new().expect("a folder");
    for port in [&["--port", "1002"][..], &[]] {
        let missed = scene.dns_of(&elsewhere, "withdraw", &[&["--target", "lease1.corp.example"], port].concat());
        assert_eq!(missed.status, 1, "{missed:?}");
        let there =
            "zone corp.example: there is _leasehold._tcp.corp.example. 3600 IN SRV 10 10 1001 lease1.corp.example.";
        assert!(missed.stderr.contains(there) && missed.stderr.contains("[dns-no-own-record]"), "{}", missed.stderr);
    }
    assert_eq!(scene.targets(), ["lease1.corp.example", "other.corp.example"]);
    let named = scene.dns_of(&elsewhere, "withdraw", &["--target", "lease1.corp.example", "--port", "1001"]);
    assert_eq!(named.status, 0, "{named:?}");
}

#[test]
fn the_doctor_finds_nothing_wrong_with_a_healthy_host() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    let data = TempDir::new().expect("a folder");
    Vendor::new().activate(data.path(), Policy { threshold: 1, ..Policy::default() });
    let host = serve(data.path(), &scene.config(&scene.key));
    scene.wait_for("lease1.corp.example");
    let told = post(&host.address, "/v1/leases", &Machine::new(1).request()).expect("an answer");
    assert_eq!(told.0, 200);
    let run = scene.doctor(data.path(), &host.address, &[]);
    if !run.stdout.contains("[disk-full]") {
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
        assert_eq!(run.stdout.lines().last(), Some("nothing is wrong"), "{}", run.stdout);
    }
    let (cause, amiss) = scene.examine(data.path(), &host.address, &[]);
    assert_eq!((cause, amiss), (None, vec![]), "{}", run.stdout);
}

#[test]
fn the_doctor_names_what_keeps_machines_from_a_host() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    let data = TempDir::new().expect("a folder");
    assert_eq!(scene.cause(data.path(), "127.0.0.1:1", &[]), ["certificate", "not-initialised"]);
    Vendor::new().activate(data.path(), Policy::default());
    let unused = ClosedPort::new();
    let (cause, checks) = scene.examine(data.path(), &unused.address().to_string(), &[]);
    assert_eq!(cause, Some(["serving", "not-serving"].map(str::to_owned)));
    assert!(checks.contains(&["port".to_owned(), "connection-refused".to_owned()]), "{checks:?}");

    let host = serve(data.path(), &scene.file("empty.toml", ""));
    let at = |more: &[&str]| scene.cause(data.path(), &host.address, more);
    assert_eq!(at(&[]), ["record in corp.example", "dns-no-own-record"]);
    assert_eq!(at(&["--target", "other.corp.example"]), ["record in corp.example", "dns-wrong-port"]);
    assert_eq!(at(&["--zone", "lab.example"]), ["record in lab.example", "dns-refused"]);
    let port = host.address.rsplit(':').next().expect("a port");
    let target = "nowhere.corp.example";
    assert_eq!(scene.dns("publish", &["--target", target, "--port", port]).status, 0);
    assert_eq!(at(&["--target", target]), ["record in corp.example", "dns-target-without-address"]);
    assert_eq!(scene.dns("publish", &["--target", "lease1.corp.example", "--port", port]).status, 0);
    assert_eq!(at(&[]), ["family acme", "threshold-not-met"], "a warning: nothing is broken");
    let elsewhere = TempDir::new().expect("a folder");
    let stale = ["--target", "lease1.corp.example", "--port", "1001"];
    assert_eq!(scene.dns_of(&elsewhere, "publish", &stale).status, 0);
    assert_eq!(at(&[]), ["record in corp.example", "dns-stale-record"]);
    assert_eq!(scene.cause(data.path(), &scene.server, &[]), ["alive", "not-a-host"], "the name server's port");
}

#[test]
fn the_doctor_notices_a_copy_of_the_host_on_the_network() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let scene = Scene::start();
    let (data, copied) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    Vendor::new().activate(data.path(), Policy { threshold: 1, ..Policy::default() });
    let ask = |host: &Host, n| post(&host.address, "/v1/leases", &Machine::new(n).request()).expect("an answer").0;
    let host = Host::start(data.path());
    assert_eq!(ask(&host, 1), 200);
    host.stop();
    for file in std::fs::read_dir(data.path()).expect("the folder") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), copied.path().join(file.file_name())).expect("a copy");
    }
    let (host, copy) = (Host::start(data.path()), Host::start(copied.path()));
    let publish = |host: &Host, folder: &TempDir| {
        let port = host.address.rsplit(':').next().expect("a port");
        let record = ["--target", "lease1.corp.example", "--port", port];
        assert_eq!(scene.dns_of(folder, "publish", &record).status, 0);
    };
    let doctor = |what: &str| {
        let json = scene.doctor(data.path(), &host.address, &["--json"]).json();
        let checks = json["checks"].as_array().expect("checks").clone();
        checks.into_iter().find(|check| check["name"] == "copies").map(|check| check[what].clone())
    };
    publish(&host, &data);
    assert_eq!(doctor("outcome"), Some(json!("ok")), "the host itself is no copy");
    publish(&copy, &copied);
    assert_eq!(ask(&host, 2), 200);
    assert_eq!(doctor("code"), Some(json!("copy-of-this-host")), "it has an older history");
    assert_eq!((ask(&copy, 3), ask(&copy, 4)), (200, 200));
    assert_eq!(doctor("code"), Some(json!("copy-of-this-host")), "it has another history");
    let detail = doctor("detail").expect("words").to_string();
    assert!(detail.contains(&format!("{} (seal 3)", copy.address)), "{detail}");
}

#[test]
fn the_doctor_counts_machines_that_share_a_key_or_cannot_be_told_apart() {
    if is_missing(&[Need::Bind]) {
        return;
    }
    let data = TempDir::new().expect("a folder");
    Vendor::new().activate(data.path(), Policy { threshold: 1, ..Policy::default() });
    let host = Host::start(data.path());
    for machine in [Machine::new(1), Machine::new(2), Machine::imaged_from(1, 3)] {
        let mut machine = machine;
        assert_eq!(post(&host.address, "/v1/leases", &machine.request()).expect("an answer").0, 200);
    }
    let folder = data.path().to_str().expect("text");
    let words = ["host", "doctor", "--server", "127.0.0.1:1", "--data", folder, "--listen", &host.address];
    let run = leasehold(&words, b"");
    assert!(
        run.stdout.contains(
            "3 known; 2 share their fingerprint with another; twins, which do not count: 0; forks: 0 [duplicates]"
        ),
        "{run:?}"
    );
}

/// A zone that the key `host1` may change, with the record of another host.
struct Scene {
    _name_server: NameServer,
    server: String,
    key: String,
    folder: TempDir,
    data: TempDir,
}

impl Scene {
    fn start() -> Self {
        let key = key("host1", "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlYw==");
        let records = "_leasehold._tcp 300 SRV 5 1 16880 other\nother A 127.0.0.2\nlease1 A 127.0.0.1";
        let zone = Zone { writer: Some(key.name.clone()), ..Zone::new("corp.example", records) };
        let (folder, file) = (TempDir::new().expect("a folder"), key.file());
        let name_server = NameServer::bind(&Setup { zones: vec![zone], keys: vec![key], ..Setup::default() });
        let server = name_server.address().to_string();
        let mut scene = Self {
            _name_server: name_server,
            server,
            key: String::new(),
            folder,
            data: TempDir::new().expect("a folder"),
        };
        scene.key = scene.file("host1.key", &file);
        scene
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("text").to_owned()
    }

    fn config(&self, key: &str) -> String {
        let settings = format!(
            "[dns]\nzones = [\"corp.example\"]\ntarget = \"lease1.corp.example\"\nweight = 30\nservers = [\"{}\"]\n\
             tsig_key_file = \"{key}\"\n",
            self.server
        );
        self.file("host.toml", &settings)
    }

    fn dns(&self, command: &str, more: &[&str]) -> Run {
        self.dns_of(&self.data, command, more)
    }

    /// The same of the host with this folder.
    fn dns_of(&self, data: &TempDir, command: &str, more: &[&str]) -> Run {
        let folder = data.path().to_str().expect("text");
        let zone: &[&str] = if more.contains(&"--any-zone") { &[] } else { &["--zone", "corp.example"] };
        let more: Vec<&str> = more.iter().copied().filter(|word| *word != "--any-zone").collect();
        let settings = ["--server", &self.server, "--tsig-key-file", &self.key, "--data", folder];
        leasehold(&[&["host", "dns", command], zone, &settings[..], &more].concat(), b"")
    }

    fn doctor(&self, data: &Path, address: &str, more: &[&str]) -> Run {
        let data = data.to_str().expect("text");
        let mut arguments = vec!["host", "doctor", "--data", data, "--listen", address, "--server", &self.server];
        let said = |option: &str| more.contains(&option);
        for (option, value) in [("--zone", "corp.example"), ("--target", "lease1.corp.example")] {
            if !said(option) {
                arguments.extend([option, value]);
            }
        }
        arguments.extend(more);
        leasehold(&arguments, b"")
    }

    /// The likeliest cause that the doctor finds, and all that is amiss: names and codes. The disk is that of the machine that runs the
    /// tests, and may well be nearly full: what is said of it is left out.
    fn examine(&self, data: &Path, address: &str, more: &[&str]) -> (Option<[String; 2]>, Vec<[String; 2]>) {
        let json = self.doctor(data, address, &[more, &["--json"]].concat()).json();
        let mut checks = json["checks"].as_array().expect("checks").clone();
        checks.retain(|check| check["outcome"] != "ok" && check["name"] != "disk");
        let named =
            |check: &Value| ["name", "code"].map(|member| check[member].as_str().unwrap_or_default().to_owned());
        let cause = match &json["cause"] {
            told if told.is_null() || told["name"] == "disk" => checks.first(),
            told => Some(told),
        };
        (cause.map(named), checks.iter().map(named).collect())
    }

    fn cause(&self, data: &Path, address: &str, more: &[&str]) -> [String; 2] {
        self.examine(data, address, more).0.expect("something is amiss")
    }

    fn records(&self) -> Vec<Value> {
        let empty = TempDir::new().expect("a folder");
        let shown = self.dns_of(&empty, "show", &["--target", "nobody.corp.example", "--json"]).json();
        shown[0]["records"].as_array().expect("records").clone()
    }

    fn targets(&self) -> Vec<String> {
        let records = self.records();
        let mut targets: Vec<_> =
            records.iter().map(|record| record["target"].as_str().expect("a name").to_owned()).collect();
        targets.sort();
        targets
    }

    /// The record with this target, as soon as it is there.
    fn wait_for(&self, target: &str) -> Value {
        let record = wait::find(|| self.records().into_iter().find(|record| record["target"] == target));
        record.expect("it is published")
    }
}

fn key(name: &str, secret: &str) -> SharedKey {
    SharedKey { name: name.to_owned(), algorithm: "hmac-sha256".to_owned(), secret: secret.to_owned() }
}

fn serving(data: &Path, config: &str) -> std::process::Command {
    let mut command = program();
    command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--config", config, "--data"]);
    command.arg(data);
    command
}

fn serve(data: &Path, config: &str) -> Host {
    Host::spawn(serving(data, config))
}
