//! `leasehold testhost`: each standing within seconds, for a vendor's own tests.

mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use leasehold_testkit::http::send;
use serde_json::{Value, json};
use support::program;
use tempfile::TempDir;

#[test]
fn a_client_passes_through_every_standing_as_the_clock_is_moved() {
    let test =
        Test::start(&["--initial-grace", "10d", "--validity", "20d", "--grace", "5d", "--features", "simulation"]);
    assert_eq!(test.standing(), "unactivated");
    test.post("clock", &json!({ "advance": "11d" }));
    assert_eq!(test.standing(), "reduced");
    assert_eq!(test.client("activate")["standing"], "licensed");
    assert_eq!(test.client("status")["features"], json!(["simulation"]));
    test.post("clock", &json!({ "advance": "21d" }));
    assert_eq!(test.standing(), "grace");
    test.post("clock", &json!({ "advance": "5d" }));
    assert_eq!(test.standing(), "reduced");
    assert_eq!(test.client("activate")["standing"], "licensed");
}

#[test]
fn a_manifest_of_a_product_that_is_sold_refuses_the_clock_of_a_test() {
    let test = Test::start(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = program();
    command.args(["--json", "quickstart", "--once", "--clients", "1", "--dir"]).arg(folder.path());
    assert!(command.output().expect("it runs").status.success());
    let told = test.run("status", &folder.path().join("acme-cad.lh"));
    assert_eq!(told["code"], "test-clock-refused", "{told}");
    let mut add = program();
    add.args(["--json", "vendor", "product", "set", "acme-cad", "--service", "leasehold-test", "--dir"]);
    let refused = add.arg(folder.path().join("vendor")).output().expect("it runs");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("bad-policy"), "{refused:?}");
}

#[test]
fn faults_are_there_on_demand_and_go_away_again() {
    let test = Test::start(&[]);
    for (fault, code) in [("capacity-reached", "capacity-reached"), ("busy", "busy"), ("dead", "host-unreachable")] {
        assert_eq!(test.post("fault", &json!({ "fault": fault }))["fault"], fault);
        assert_eq!(test.client("activate")["code"], code, "{fault}");
    }
    test.post("fault", &json!({ "fault": "slow", "milliseconds": 100 }));
    assert_eq!(test.client("activate")["standing"], "licensed");
    test.post("fault", &json!({ "fault": "none" }));
    let device = test.client("status")["device"].clone();
    test.post("rotate", &json!({}));
    assert_eq!(test.client("renew")["standing"], "licensed");
    test.post("revoke", &json!({ "client": device }));
    assert_eq!(test.client("renew")["code"], "revoked");
    assert_eq!(test.client("status")["why"], "revoked");
}

#[test]
fn what_is_asked_wrongly_is_told_and_changes_nothing() {
    let test = Test::start(&[]);
    for (path, body) in [
        ("clock", json!({ "advance": "soon" })),
        ("clock", json!({ "set": u64::MAX })),
        ("clock", json!({ "offset": i64::MIN })),
        ("clock", json!({ "advance": "1d", "back": "1d" })),
        ("clock", json!([])),
        ("fault", json!({ "fault": "rain" })),
        ("fault", json!({ "fault": "dead", "milliseconds": 1 })),
        ("revoke", json!({ "client": "x" })),
    ] {
        let reply =
            send(&test.control, &format!("POST /test/{path}"), &[], body.to_string().as_bytes()).expect("an answer");
        assert_eq!(reply.json()["type"], "urn:leasehold:problem:usage", "{path} {body}");
    }
    let state = send(&test.control, "GET /test", &[], b"").expect("an answer").json();
    assert_eq!((&state["moved"], &state["fault"]), (&json!(0), &json!("none")));
    let mut outside = program();
    let refused = outside.args(["testhost", "--control", "0.0.0.0:0"]).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(2));
}

/// A test host that runs, and a client of it.
struct Test {
    child: Child,
    told: Value,
    control: String,
    /// Where all of it lies.
    folder: TempDir,
}

impl Test {
    fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = program();
        command.args(["--json", "testhost", "--dir"]).arg(folder.path().join("testhost"));
        command.args(options).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("JSON");
        let control = told["control"].as_str().expect("an address").rsplit('/').next().expect("a port").to_owned();
        Self { child, told, control, folder }
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let reply = send(&self.control, &format!("POST /test/{path}"), &[], body.to_string().as_bytes());
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, 200, "{path} {body}: {}", reply.json());
        reply.json()
    }

    fn standing(&self) -> String {
        self.client("status")["standing"].as_str().expect("a word").to_owned()
    }

    fn client(&self, command: &str) -> Value {
        self.run(command, &PathBuf::from(self.told["manifest"].as_str().expect("a path")))
    }

    /// What `leasehold client COMMAND` prints: its data, or its error where there are none.
    fn run(&self, command: &str, manifest: &Path) -> Value {
        let mut client = program();
        client
            .args(["--json", "client", command, "--manifest"])
            .arg(manifest)
            .arg("--state")
            .arg(self.folder.path().join("state"));
        client.env("LEASEHOLD_INSTANCE", "a test").env("LEASEHOLD_DIRECTORY", "off");
        client.env("LEASEHOLD_TEST_CLOCK", self.told["clock"].as_str().expect("a path"));
        if command != "status" {
            client.args(["--no-dns", "--host", self.told["address"].as_str().expect("an address")]);
        }
        let output = client.output().expect("it runs");
        let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        let text = String::from_utf8(text).expect("text");
        let told: Value = serde_json::from_str(text.lines().last().expect("a line"))
            .or_else(|_| serde_json::from_str(&text))
            .unwrap_or_else(|error| panic!("{error}: {text}"));
        told.get("error").unwrap_or(&told).clone()
    }
}

impl Drop for Test {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
