//! Revocation and rotation rehearsed with real processes: a vendor, its hosts and their machines, old and new ones.

mod desk;
mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use desk::Desk;
use serde_json::Value;
use support::{Host, program};

const PASS: [&str; 2] = ["--passphrase-file", "pass"];

/// A host of the vendor's in a folder of this name.
struct Site<'d> {
    desk: &'d Desk,
    name: &'static str,
}

impl Site<'_> {
    fn run(&self, words: &[&str]) -> Output {
        let mut command = program();
        command.arg("host").args(words).args(["--data", self.name, "--json"]);
        command.current_dir(self.desk.folder()).output().expect("a process")
    }

    /// Asks the vendor, as at the first time and for a renewal, and installs the answer.
    fn activate(&self, root: &[&str]) {
        let (request, answer) = (format!("{}.request", self.name), format!("{}.answer", self.name));
        done(&self.run(&["request", "--key-file", &self.key(), "-o", &request]));
        self.desk.run(&["approve", &request, "-o", &answer, PASS[0], PASS[1]]).done();
        done(&self.run(&[&["install", &answer], root].concat()));
    }

    /// A host key of its own: with one key, sites on one computer would be one host that moves.
    fn key(&self) -> String {
        let file = format!("{}.key", self.name);
        if !Path::new(&self.desk.path(&file)).exists() {
            fs::write(self.desk.path(&file), self.desk.issue(&["--kind", "host"]).to_string()).expect("a file");
        }
        file
    }

    fn id(&self) -> String {
        done(&self.run(&["status"]))["host"].as_str().expect("an id").to_owned()
    }

    fn serve(&self) -> Host {
        Host::start(&self.desk.path(self.name))
    }
}

/// A machine with state of its own.
struct Machine<'d> {
    desk: &'d Desk,
    name: &'static str,
}

impl Machine<'_> {
    fn run(&self, words: &[&str]) -> Output {
        let mut command = program();
        command.arg("client").args(words).arg("--json").current_dir(self.desk.folder());
        command.env("LEASEHOLD_STATE", self.desk.path(self.name));
        command.output().expect("a process")
    }

    fn ask(&self, manifest: &str, host: &Host) -> Output {
        self.run(&["activate", "--manifest", manifest, "--no-dns", "--host", &host.address])
    }

    fn standing(&self) -> Value {
        let told = self.run(&["status"]);
        let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
        told["standing"].clone()
    }
}

fn done(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    data(output)
}

fn data(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn fails(output: &Output, code: &str) {
    let told: Value = serde_json::from_slice(&output.stderr).expect("an error in JSON");
    assert_eq!((output.status.code(), &told["error"]["code"]), (Some(1), &code.into()), "{told}");
}

/// A vendor whose product needs no other machines, and its manifest.
fn open() -> Desk {
    let desk = Desk::empty();
    desk.run(&["init", "--name", "Acme", PASS[0], PASS[1]]).done();
    let words = ["product", "add", "acme-cad", "--title", "Acme CAD", "--family", "acme", "--threshold", "1"];
    desk.run(&words).done();
    desk.run(&["manifest", "acme-cad", "-o", "old.lh", PASS[0], PASS[1]]).done();
    desk
}

fn write_list(desk: &Desk, name: &str) {
    desk.run(&["revocations", "-o", name]).done();
    assert!(Path::new(&desk.path(name)).exists());
}

#[test]
fn a_revoked_host_grants_nothing_and_its_machines_learn_it() {
    let desk = open();
    let (site, machine) = (Site { desk: &desk, name: "site" }, Machine { desk: &desk, name: "machine" });
    site.activate(&[]);
    let host = site.serve();
    done(&machine.ask("old.lh", &host));
    assert_eq!(machine.standing(), "licensed");
    host.stop();
    desk.run(&["host", "revoke", &site.id(), PASS[0], PASS[1]]).done();
    write_list(&desk, "first.txt");
    desk.run(&["revoke", "--document", &"11".repeat(16), PASS[0], PASS[1]]).done();
    write_list(&desk, "second.lh");
    assert_eq!(done(&site.run(&["install", "second.lh"]))["number"], 2);
    fails(&site.run(&["install", "first.txt"]), "older-list");
    let told = site.run(&["status"]);
    assert_eq!((told.status.code(), data(&told)["revoked"].clone()), (Some(1), true.into()));
    let host = site.serve();
    let other = Machine { desk: &desk, name: "other" };
    fails(&other.ask("old.lh", &host), "revoked");
    assert_eq!(machine.standing(), "licensed", "it has not heard of it yet");
    fails(&machine.ask("old.lh", &host), "revoked");
    host.stop();
    assert_eq!(machine.standing(), "reduced", "the list is with it now, the host is not needed for that");
}

#[test]
fn old_and_new_hosts_and_machines_go_through_a_rotation_and_the_end_of_the_former_authority() {
    let desk = open();
    let site = |name| Site { desk: &desk, name };
    let machine = |name| Machine { desk: &desk, name };
    let root = desk.root().to_string();
    // Before: two hosts, one of them told the root, and a machine.
    let (renewed, left) = (site("renewed"), site("left"));
    renewed.activate(&[]);
    left.activate(&["--root", &root]);
    let old = machine("old-machine");
    let host = renewed.serve();
    done(&old.ask("old.lh", &host));
    let former = desk.json(&["authority", "list"])[0]["authority"].as_str().expect("an id").to_owned();

    // The rotation: hosts and machines that were there notice nothing, and new ones fit in.
    desk.run(&["authority", "rotate", "--root-passphrase-file", "pass"]).done();
    desk.run(&["manifest", "acme-cad", "-o", "new.lh", PASS[0], PASS[1]]).done();
    let added = site("added");
    added.activate(&[]);
    let second = added.serve();
    done(&old.ask("old.lh", &host));
    done(&machine("new-machine").ask("new.lh", &host));
    done(&machine("other-machine").ask("old.lh", &second));
    done(&machine("newest-machine").ask("new.lh", &second));
    host.stop();

    // A host renews and gets the successor's certificate; its machine goes on.
    renewed.activate(&[]);
    let host = renewed.serve();
    done(&old.ask("old.lh", &host));
    host.stop();

    // The former authority is revoked: renewed hosts and their machines go on, what was left behind does not.
    desk.run(&["authority", "revoke", &former, PASS[0], PASS[1]]).done();
    write_list(&desk, "list.lh");
    for site in [&renewed, &left, &added] {
        assert_eq!(done(&site.run(&["install", "list.lh"]))["number"], 1, "{}", site.name);
    }
    let host = renewed.serve();
    done(&old.ask("old.lh", &host));
    assert_eq!(old.standing(), "licensed", "its lease stands on the successor now");
    host.stop();
    let host = left.serve();
    fails(&machine("late-machine").ask("new.lh", &host), "revoked");
    host.stop();
    left.activate(&[]);
    let host = left.serve();
    done(&machine("late-machine").ask("old.lh", &host));
    assert_eq!(machine("late-machine").standing(), "licensed", "an old manifest holds too");
}
