//! A host whose store is gone, older or another one notices it before it grants anything.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use leasehold_core::Policy;
use leasehold_testkit::http::post;
#[cfg(unix)]
use leasehold_testkit::http::{get, problem};
#[cfg(unix)]
use leasehold_testkit::wait;
use serde_json::Value;
use support::{Host, Machine, Vendor, program};
use tempfile::TempDir;

/// What a host refuses to start with.
fn refused(data: &Path) -> String {
    let output = serve(data, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let error: Value = serde_json::from_slice(&output.stderr).expect("an error in JSON");
    assert!(error["error"]["hint"].as_str().is_some_and(|hint| hint.contains("--new-store")), "{error}");
    error["error"]["code"].as_str().expect("a code").to_owned()
}

fn serve(data: &Path, more: &[&str]) -> Output {
    let mut command = program();
    command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(more);
    command.output().expect("a process")
}

/// A host that goes on from whatever store is there.
fn start_anew(data: &Path) -> Host {
    let mut command = program();
    command.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--new-store", "--data"]).arg(data);
    Host::spawn(command)
}

/// Lets `count` machines ask, each of which is granted a lease in a batch of its own.
fn grant(host: &Host, machines: std::ops::Range<u64>) {
    for n in machines {
        let (status, _) = post(&host.address, "/v1/leases", &Machine::new(n).request()).expect("an answer");
        assert_eq!(status, 200);
    }
}

fn activated() -> TempDir {
    let data = tempfile::tempdir().expect("a folder");
    Vendor::new().activate(data.path(), Policy { threshold: 1, ..Policy::default() });
    data
}

/// The files of the store: the database alone once its host has ended well, and else its log.
fn keep(data: &Path, aside: &Path) {
    copy(&data.join("leasehold.db"), aside);
}

fn put_back(data: &Path, aside: &Path) {
    remove(data);
    copy(aside, &data.join("leasehold.db"));
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).expect("a copy");
    let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    if log(from).exists() {
        fs::copy(log(from), log(to)).expect("a copy");
    }
}

fn remove(data: &Path) {
    for name in ["leasehold.db", "leasehold.db-wal", "leasehold.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
}

#[test]
fn a_store_that_was_removed_emptied_or_set_back_is_refused_and_accepted_when_that_is_asked_for() {
    let data = activated();
    let aside = data.path().join("aside");
    let host = Host::start(data.path());
    grant(&host, 1..4);
    host.stop();
    keep(data.path(), &aside);
    let host = Host::start(data.path());
    grant(&host, 4..6);
    host.kill();

    let host = Host::start(data.path());
    host.stop();
    put_back(data.path(), &aside);
    assert_eq!(refused(data.path()), "store-behind");

    remove(data.path());
    assert_eq!(refused(data.path()), "store-missing");
    assert!(!data.path().join("leasehold.db").exists(), "no empty store is made in its place");

    fs::write(data.path().join("leasehold.db"), "").expect("an empty file");
    assert_eq!(refused(data.path()), "store-missing");

    let host = start_anew(data.path());
    grant(&host, 1..3);
    host.stop();
    let host = Host::start(data.path());
    grant(&host, 3..4);
    host.stop();
}

#[test]
fn the_store_of_a_copy_that_has_sealed_by_itself_is_refused() {
    let data = activated();
    let (before, apart) = (data.path().join("before"), data.path().join("apart"));
    let host = Host::start(data.path());
    grant(&host, 1..2);
    host.stop();
    keep(data.path(), &before);
    let host = Host::start(data.path());
    grant(&host, 2..4);
    host.stop();
    keep(data.path(), &apart);
    put_back(data.path(), &before);
    let host = start_anew(data.path());
    grant(&host, 2..4);
    host.stop();
    put_back(data.path(), &apart);
    assert_eq!(refused(data.path()), "another-store");
}

/// Windows removes no file that is open.
#[cfg(unix)]
#[test]
fn a_host_whose_store_is_removed_under_it_grants_nothing_more() {
    let data = activated();
    let host = Host::start(data.path());
    grant(&host, 1..2);
    remove(data.path());
    let ready = || get(&host.address, "/readyz").expect("an answer").0;
    assert!(wait::until(|| ready() == 503), "it notices");
    let (status, body) = post(&host.address, "/v1/leases", &Machine::new(2).request()).expect("an answer");
    assert_eq!((status, problem(&body).as_str()), (503, "store-unavailable"));
    host.stop();
    assert_eq!(refused(data.path()), "store-missing");
}

/// What `store check` says of the store, if it finds all well.
fn is_whole(data: &Path) -> bool {
    let output = program().args(["--json", "store", "check"]).arg(data).output().expect("a process");
    output.status.success()
}

#[test]
fn a_bit_flipped_in_the_log_of_a_host_that_was_killed_is_noticed_by_the_check_and_at_the_start() {
    let data = activated();
    let (database, log) = (data.path().join("leasehold.db"), data.path().join("leasehold.db-wal"));
    let host = Host::start(data.path());
    grant(&host, 1..8);
    let mut machine = Machine::new(8);
    let (_, lease) = post(&host.address, "/v1/leases", &machine.request()).expect("an answer");
    machine.take(&lease);
    // The last batch has no seal.
    let release = machine.release();
    assert_eq!(post(&host.address, "/v1/releases", &release).expect("an answer").0, 204);
    host.kill();
    let (kept, bytes) = (fs::read(&database).expect("a file"), fs::read(&log).expect("a file"));
    assert!(is_whole(data.path()));
    // From the last commit on: behind the newest mark that is synced, and all before it.
    let end = bytes.len();
    let places = (32..end).step_by(end / 23).chain([end - 5, end - 3_000, end - 4_100]);
    for at in places {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        remove(data.path());
        fs::write(&database, &kept).expect("a file");
        fs::write(&log, &flipped).expect("a file");
        assert!(!is_whole(data.path()), "byte {at} of {end}");
        let code = refused(data.path());
        assert!(["store-behind", "store-missing"].contains(&code.as_str()), "byte {at} of {end}: {code}");
    }
}
