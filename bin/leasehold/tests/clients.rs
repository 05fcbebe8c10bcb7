//! A lease that its operator ends and a machine that its operator forgets free their places, and both are in the journal.

mod support;

use std::path::Path;

use leasehold_core::Policy;
use leasehold_testkit::http::{post, problem};
use serde_json::Value;
use support::{Host, Machine, Vendor, program};

/// What `leasehold --json` prints.
fn shown(words: &[&str], data: &Path) -> Value {
    let output = program().arg("--json").args(words).arg("--data").arg(data).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What comes of a machine's asking.
fn ask(host: &Host, machine: &mut Machine) -> String {
    match post(&host.address, "/v1/leases", &machine.request()).expect("an answer") {
        (200, _) => "granted".to_owned(),
        (_, body) => problem(&body),
    }
}

/// The client that was decided on last, with its lease where it was granted one.
fn newest(data: &Path) -> (String, String) {
    let events = shown(&["host", "events", "--limit", "1"], data);
    let word = |name: &str| events[0][name].as_str().unwrap_or_default().to_owned();
    (word("client"), word("lease"))
}

#[test]
fn what_is_ended_and_forgotten_frees_its_place() {
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path();
    Vendor::new().activate(data, Policy { threshold: 2, capacity: Some(1), ..Policy::default() });
    let host = Host::start(data);
    let (mut one, mut two) = (Machine::new(1), Machine::new(2));
    assert_eq!(ask(&host, &mut one), "threshold-not-met");
    assert_eq!(ask(&host, &mut two), "granted");
    let (_, lease) = newest(data);
    assert_eq!(ask(&host, &mut one), "capacity-reached");

    // What users can set themselves says nothing of who they are.
    let mut end = program();
    for name in ["USERNAME", "USERDOMAIN", "USER", "LOGNAME"] {
        end.env(name, "eve");
    }
    let output =
        end.args(["--json", "host", "clients", "end", &lease, "--data"]).arg(data).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(ask(&host, &mut one), "granted");
    let (client, _) = newest(data);

    let forget = ["host", "clients", "forget", &client, "--as", "J\u{f6}rg of the help desk"];
    assert_eq!(shown(&forget, data), serde_json::json!({ "orders": 1, "done": true }));
    assert_eq!(ask(&host, &mut two), "threshold-not-met");
    let clients = shown(&["host", "clients"], data);
    let forgotten = clients.as_array().expect("clients").iter().find(|row| row["client"] == *client).expect("its row");
    assert_eq!(forgotten["forgotten"], true);
    assert_eq!(ask(&host, &mut one), "granted", "a newcomer makes two");

    let events = shown(&["host", "events"], data);
    let decisions: Vec<_> = events.as_array().expect("events").iter().map(|event| &event["decision"]).collect();
    let expected = ["granted", "refused", "forgotten", "ended", "granted", "ended", "refused", "granted", "refused"];
    assert_eq!(decisions, expected, "newest first");
    assert_eq!(
        (&events[2]["by"], &events[3]["by"]),
        (&"J\u{f6}rg of the help desk".into(), &"J\u{f6}rg of the help desk".into())
    );
    let user = events[5]["by"].as_str().expect("the user of the system");
    assert!(!user.is_empty() && user != "eve" && user != "unknown", "{user}");
    host.stop();

    let words = ["store", "check"];
    let check = program().arg("--json").args(words).arg(data).output().expect("a process");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

#[test]
fn lists_are_narrowed_sorted_and_say_that_there_is_more() {
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path();
    Vendor::new().activate(data, Policy { threshold: 2, ..Policy::default() });
    let host = Host::start(data);
    let names = ["office-2", "Office-1", "lab-1"];
    let mut machines: Vec<Machine> = (1..).zip(names).map(|(n, name)| Machine::new(n).named(name)).collect();
    let answers: Vec<String> = machines.iter_mut().map(|machine| ask(&host, machine)).collect();
    assert_eq!(answers, ["threshold-not-met", "granted", "granted"]);
    host.stop();

    let named = |list: &str, more: &[&str]| -> Vec<String> {
        let rows = shown(&[&["host", list], more].concat(), data);
        let rows = rows.as_array().expect("rows").clone();
        rows.iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect()
    };
    for list in ["clients", "events"] {
        assert_eq!(named(list, &["--name", "OFFICE", "--sort", "name"]), ["Office-1", "office-2"], "{list}");
        assert_eq!(named(list, &["--address", "127.0.0.0/8", "--sort", "name"]).len(), 3, "{list}");
        assert!(named(list, &["--address", "10.0.0.0/8"]).is_empty(), "{list}");
        assert!(named(list, &["--product", "acme-cam"]).is_empty(), "{list}");
        assert!(named(list, &["--expiring", "14d"]).is_empty(), "{list}");
        assert_eq!(named(list, &["--expiring", "200d", "--sort", "name"]), ["lab-1", "Office-1"], "{list}");
    }
    let told = |words: &[&str]| {
        let output = program().args(words).arg("--data").arg(data).output().expect("a process");
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(told(&["host", "clients", "--limit", "1"]).contains("there are more: --after "));
    assert!(told(&["host", "clients", "--limit", "1", "--sort", "name"]).contains("1 of 3 are shown"));
    assert!(told(&["host", "events", "--limit", "2"]).contains("there are older ones"));
    for list in ["clients", "events"] {
        assert_eq!(told(&["host", list, "--limit", "3"]), "", "{list}");
    }
}
