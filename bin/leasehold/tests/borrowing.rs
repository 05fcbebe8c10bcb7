//! Places of a floating licence that travel: whole processes, from the configuration of the host to the command of the user.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use leasehold_core::{Policy, Span};
use serde_json::Value;
use support::{Host, Vendor, program};
use tempfile::TempDir;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

#[test]
fn a_place_is_borrowed_for_days_kept_by_renewals_and_given_back_early() {
    let scene = Scene::start("acme-cad = \"1h\"");
    assert_eq!(length(&scene.client("activate", 1, &[])), HOUR);
    let borrowed = scene.client("borrow", 1, &["--for", "3d"]);
    assert_eq!(length(&borrowed), 3 * DAY);
    assert_eq!(scene.client("renew", 1, &[])["expires"], borrowed["expires"], "a renewal takes no day back");
    let refused = scene.run("activate", 2, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("capacity-reached"), "{refused:?}");
    scene.client("release", 1, &[]);
    assert_eq!(length(&scene.client("activate", 2, &[])), HOUR, "the place is free");
}

#[test]
fn more_than_the_licence_allows_is_borrowed_for_less_and_said_so() {
    let scene = Scene::start("acme-cad = \"1h\"");
    let short = scene.run("borrow", 1, &["--for", "30d"]);
    let told = String::from_utf8_lossy(&short.stderr);
    assert_eq!(short.status.code(), Some(1), "{told}");
    assert!(told.contains("borrowed-less") && told.contains("for 7 d and not for the 30 d asked for"), "{told}");
    assert_eq!(length(&scene.client("status", 1, &[])), 7 * DAY);
    for wrong in ["", "3", "-1d", "0d", "1mo", "soon"] {
        assert_eq!(scene.run("borrow", 1, &[&format!("--for={wrong}")]).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_machine_that_asks_by_file_borrows_for_as_long_as_is_granted() {
    let scene = Scene::start("acme-cad = \"1h\"");
    let (request, answer) = (scene.path("request.lh"), scene.path("answer.lh"));
    let file = |path: &Path| path.to_str().expect("a text").to_owned();
    scene.done(scene.of_client("request", 1, &["--for-host", "-o", &file(&request)]));
    let mut lease = program();
    lease.args(["host", "lease"]).arg(&request).arg("-o").arg(&answer).arg("--data").arg(scene.path("host"));
    scene.done(lease);
    scene.done(scene.of_client("install", 1, &[&file(&answer)]));
    assert_eq!(length(&scene.client("status", 1, &[])), 7 * DAY);
}

#[test]
fn a_length_that_changes_nothing_or_cannot_be_kept_is_told_and_one_that_is_none_is_refused() {
    for (lengths, told) in [
        ("acme-cad = \"1h\"", "they last 1 h, and 7 d at most where they are borrowed"),
        ("acme-cad = \"30d\"", "30 d changes nothing"),
        ("acme-cad = \"1min\"", "they last 16 min"),
        ("acme-cda = \"1h\"", "the host has no grant for it"),
    ] {
        let scene = Scene::start(lengths);
        let (_, checked) = scene.check();
        assert!(checked.contains(told), "{lengths}: {checked}");
    }
    let scene = Scene::start("acme-cad = \"1h\"");
    let mut status = program();
    status.args(["--json", "host", "status", "--data"]).arg(scene.path("host"));
    status.arg("--config").arg(scene.path("host.toml"));
    let shown: Value = serde_json::from_slice(&status.output().expect("it runs").stdout).expect("JSON");
    assert_eq!(shown["families"][0]["ordinary"]["acme-cad"], HOUR, "{shown}");
    for wrong in ["acme-cad = \"soon\"", "acme-cad = 60", "\"Acme CAD\" = \"1h\"", "acme-cad = \"-1h\""] {
        fs::write(scene.path("host.toml"), format!("[leases.ordinary]\n{wrong}\n")).expect("a file");
        let (code, checked) = scene.check();
        assert_eq!(code, Some(2), "{wrong}: {checked}");
        assert!(checked.contains("bad-configuration"), "{wrong}: {checked}");
    }
}

/// How long the lease lasts that a status shows.
fn length(status: &Value) -> u64 {
    let time = |name: &str| status[name].as_u64().unwrap_or_else(|| panic!("{name}: {status}"));
    // A borrowed one lasts as long by the clock of the client, which has asked within the minute.
    let length = time("expires") - time("issued");
    if length.is_multiple_of(HOUR) { length } else { length.next_multiple_of(60) }
}

/// A host with one place, that may be borrowed for a week, and its product.
struct Scene {
    host: Host,
    folder: TempDir,
}

impl Scene {
    fn start(lengths: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let vendor = Vendor::new();
        let (renewal, retry) = (Span::seconds(900), Span::MINUTE);
        let policy =
            Policy { threshold: 1, capacity: Some(1), validity: Span::days(7), renewal, retry, ..Policy::default() };
        let data = folder.path().join("host");
        vendor.activate(&data, policy);
        fs::write(folder.path().join("acme-cad.lh"), vendor.manifest(|_| {})).expect("a file");
        let config = folder.path().join("host.toml");
        fs::write(&config, format!("[leases.ordinary]\n{lengths}\n")).expect("a file");
        let mut serve = program();
        serve.args(["--json", "host", "serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
        serve.arg("--config").arg(&config);
        Self { host: Host::spawn(serve), folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn of_client(&self, command: &str, machine: u32, more: &[&str]) -> Command {
        let mut client = program();
        client.args(["--json", "client", command, "--made-up-machine", &machine.to_string()]);
        client.arg("--manifest").arg(self.path("acme-cad.lh")).arg("--state").arg(self.path("state")).args(more);
        client
    }

    fn run(&self, command: &str, machine: u32, more: &[&str]) -> Output {
        let mut client = self.of_client(command, machine, more);
        if command != "status" {
            client.args(["--no-dns", "--host", &self.host.address]);
        }
        client.output().expect("it runs")
    }

    /// What a command prints that does what it is to do.
    fn client(&self, command: &str, machine: u32, more: &[&str]) -> Value {
        let done = self.run(command, machine, more);
        assert!(done.status.success(), "{command}: {done:?}");
        serde_json::from_slice(&done.stdout).expect("JSON")
    }

    fn done(&self, mut command: Command) {
        let done = command.output().expect("it runs");
        assert!(done.status.success(), "{}: {done:?}", self.host.address);
    }

    /// What the configuration comes to: the exit status, and all that is said.
    fn check(&self) -> (Option<i32>, String) {
        let mut check = program();
        check.args(["--json", "host", "check-config"]).arg(self.path("host.toml")).arg("--data").arg(self.path("host"));
        let checked = check.output().expect("it runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (checked.status.code(), text(&checked.stdout) + &text(&checked.stderr))
    }
}
