//! `leasehold store`: copies between SQLite and PostgreSQL, checks, schemas.
//! Each test asks a database server of this machine, which Unix alone starts.
#![cfg(unix)]

mod support;

use std::path::Path;
use std::process::Output;

use leasehold_core::{Policy, Span};
use leasehold_testkit::http::{get, post};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::postgres::Postgres;
use serde_json::Value;
use support::{Host, Machine, Vendor, program};

fn store(words: &[&str]) -> (Option<i32>, Value, String) {
    let Output { status, stdout, stderr } =
        program().args(["--json", "store"]).args(words).output().expect("a process");
    let said = String::from_utf8_lossy(&stderr).into_owned();
    (status.code(), serde_json::from_slice(&stdout).unwrap_or_default(), said)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

fn policy() -> Policy {
    Policy { threshold: 2, capacity: Some(9), validity: Span::HOUR, ..Policy::default() }
}

/// Machines ask the host; what is granted is counted.
fn ask(host: &Host, machines: &mut [Machine]) -> usize {
    let asked = machines.iter_mut().map(|machine| post(&host.address, "/v1/leases", &machine.request()));
    asked.filter(|answer| answer.as_ref().expect("an answer").0 == 200).count()
}

/// The machines of these numbers.
fn machines(numbers: std::ops::Range<u64>) -> Vec<Machine> {
    numbers.map(Machine::new).collect()
}

#[test]
fn a_host_moves_from_its_folder_to_a_database_and_back_without_loss() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let name = server.fresh_name();
    let url = server.url(&name);
    let (folder, back) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    Vendor::new().activate(folder.path(), policy());
    let mut machines = machines(0..12);
    let host = Host::start(folder.path());
    assert_eq!(ask(&host, &mut machines[..8]), 7, "the first is below the threshold");
    host.stop();

    let (status, copied, said) = store(&["copy", text(folder.path()), &url]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!((&copied["host"]["clients"], &copied["host"]["leases"]), (&8.into(), &7.into()), "{copied}");
    assert!(copied["authority"].is_null());
    assert!(!said.contains("password"), "{said}");
    let (status, _, said) = store(&["copy", text(folder.path()), &url]);
    assert!(status == Some(2) && said.contains("store-not-empty"), "{status:?} {said}");

    let host = Host::start_on(folder.path(), &url);
    assert_eq!(ask(&host, &mut machines[6..]), 4, "two more find room; six and seven hold theirs");
    host.stop();
    assert_eq!(store(&["check", &url]).0, Some(0));

    let target = back.path().join("host");
    let (status, returned, said) = store(&["copy", &url, text(&target)]);
    assert_eq!((status, &returned["host"]["leases"]), (Some(0), &9.into()), "{said}");
    for file in ["host.key", "host.lh"] {
        std::fs::copy(folder.path().join(file), target.join(file)).expect("a copy");
    }
    let (status, found, said) = store(&["check", text(&target)]);
    assert_eq!(status, Some(0), "{found} {said}");
    let host = Host::start(&target);
    assert_eq!(get(&host.address, "/readyz").expect("an answer").0, 200);
    assert_eq!(ask(&host, &mut machines), 9, "those that hold a lease, and no others");
    host.stop();
}

#[test]
fn a_check_names_what_is_wrong() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let broken = |sql: &str| {
        let (name, folder) = (server.fresh_name(), tempfile::tempdir().expect("a folder"));
        Vendor::new().activate(folder.path(), policy());
        let host = Host::start_on(folder.path(), &server.url(&name));
        ask(&host, &mut machines(0..5));
        host.stop();
        server.query(&name, sql);
        let (status, found, _) = store(&["check", &server.url(&name)]);
        (status, found["cause"]["name"].as_str().unwrap_or_default().to_owned(), found.to_string())
    };
    for (sql, name, words) in [
        ("SELECT", "", "unbroken"),
        ("UPDATE leasehold_host.family SET clients = 77", "counts", "clients 77"),
        ("UPDATE leasehold_host.journal SET entries = '\\x00' WHERE batch = 2", "journal", "batch 2"),
        ("DELETE FROM leasehold_host.seal WHERE number = 2", "seals", "has no seal"),
        ("UPDATE leasehold_host.seal SET previous = root WHERE number = 3", "seals", "does not follow on seal 2"),
        ("UPDATE leasehold_host.seal SET leaves = leaves || leaves WHERE number = 3", "seals", "seal 3"),
        ("UPDATE leasehold_host.lease SET seal = 99", "leases", "seal 99"),
    ] {
        let (status, cause, found) = broken(sql);
        assert_eq!((status, cause.as_str()), (Some(i32::from(!name.is_empty())), name), "{sql}: {found}");
        assert!(found.contains(words), "{sql}: {found}");
    }
}

#[test]
fn a_vendors_store_moves_too_and_its_audit_with_it() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let (folder, url) = (tempfile::tempdir().expect("a folder"), server.fresh());
    let dir = folder.path().join("vendor");
    let secret = folder.path().join("passphrase");
    std::fs::write(&secret, "correct horse battery staple\n").expect("a file");
    let vendor = |words: &[&str], more: &[&str]| {
        let mut command = program();
        command.args(["--json", "vendor"]).args(words).arg("--dir").arg(&dir).args(more);
        let output = command.env("LEASEHOLD_PASSPHRASE_FILE", &secret).output().expect("a process");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default()
    };
    vendor(&["init", "--name", "Acme"], &[]);
    vendor(&["product", "add", "acme-cad", "--title", "Acme CAD", "--family", "acme"], &[]);
    vendor(&["key", "issue", "--family", "acme", "--kind", "host"], &[]);
    let (status, copied, said) = store(&["copy", text(&dir), &url]);
    assert_eq!(status, Some(0), "{said}");
    assert!(copied["host"].is_null() && copied["authority"]["records"].as_u64() > Some(7), "{copied}");
    assert_eq!(store(&["check", &url]).0, Some(0));
    let there = ["--store", url.as_str()];
    assert_eq!(vendor(&["audit"], &there), vendor(&["audit"], &[]));
    assert_eq!(vendor(&["key", "list"], &there), vendor(&["key", "list"], &[]));
    vendor(&["product", "add", "acme-cam", "--title", "Acme CAM", "--family", "acme"], &there);
    let again = folder.path().join("again");
    assert_eq!(store(&["copy", &url, text(&again)]).0, Some(0));
    let (status, found, _) = store(&["check", text(&again)]);
    assert_eq!(status, Some(0), "{found}");
}

#[test]
fn a_schema_is_made_and_brought_up_to_date() {
    if is_missing(&[Need::Postgres]) {
        return;
    }
    let server = Postgres::shared();
    let url = server.fresh();
    let (status, _, said) = store(&["migrate", &url]);
    assert!(status == Some(1) && said.contains("--make host"), "{said}");
    assert_eq!(store(&["check", &url]).0, Some(1));
    let (status, made, _) = store(&["migrate", &url, "--make", "host"]);
    assert_eq!((status, &made[0]["from"], &made[0]["to"]), (Some(0), &Value::Null, &7.into()));
    let (status, made, _) = store(&["migrate", &url, "--make", "authority"]);
    assert_eq!((status, &made[0]["from"], &made[1]["to"]), (Some(0), &7.into(), &6.into()));
    assert_eq!(store(&["check", &url]).0, Some(0));
    let (status, _, said) = store(&["copy", "/no/such/folder", &url]);
    assert!(status == Some(1) && said.contains("not-initialised"), "{said}");
    let (status, _, said) = store(&["check", "postgres://me:secret@db/x"]);
    assert!(status == Some(2) && said.contains("PGPASSWORD") && !said.contains("secret"), "{said}");
}
