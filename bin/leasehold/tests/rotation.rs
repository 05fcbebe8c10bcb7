//! Revocation and rotation rehearsed with real processes: a vendor, its hosts and their machines, old and new ones.

mod support;
mod vendor_folder;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use support::{Host, program};
use vendor_folder::VendorFolder;

const PASS: [&str; 2] = ["--passphrase-file", "pass"];

/// A host of the vendor's in a folder of this name.
struct HostFolder<'d> {
    vendor: &'d VendorFolder,
    name: &'static str,
}

impl HostFolder<'_> {
    fn run(&self, words: &[&str]) -> Output {
        let mut command = program();
        command.arg("host").args(words).args(["--data", self.name, "--json"]);
        command.current_dir(self.vendor.folder()).output().expect("a process")
    }

    /// Asks the vendor, as at the first time and for a renewal, and installs the answer.
    fn activate(&self, root: &[&str]) {
        let (request, answer) = (format!("{}.request", self.name), format!("{}.answer", self.name));
        done(&self.run(&["request", "--key-file", &self.key(), "-o", &request, "--force"]));
        self.vendor.run(&["approve", &request, "-o", &answer, "--force", PASS[0], PASS[1]]).done();
        done(&self.run(&[&["install", &answer], root].concat()));
    }

    /// A host key of its own: with one key, hosts on one computer would be one host that moves.
    fn key(&self) -> String {
        let file = format!("{}.key", self.name);
        if !Path::new(&self.vendor.path(&file)).exists() {
            fs::write(self.vendor.path(&file), self.vendor.issue(&["--kind", "host"]).to_string()).expect("a file");
        }
        file
    }

    fn id(&self) -> String {
        done(&self.run(&["status"]))["host"].as_str().expect("an id").to_owned()
    }

    fn serve(&self) -> Host {
        Host::start(&self.vendor.path(self.name))
    }
}

/// A machine with state of its own.
struct Machine<'d> {
    vendor: &'d VendorFolder,
    name: &'static str,
}

impl Machine<'_> {
    fn run(&self, words: &[&str]) -> Output {
        let mut command = program();
        command.arg("client").args(words).arg("--json").current_dir(self.vendor.folder());
        command.env("LEASEHOLD_STATE", self.vendor.path(self.name));
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
fn open() -> VendorFolder {
    let vendor = VendorFolder::empty();
    vendor.run(&["init", "--name", "Acme", PASS[0], PASS[1]]).done();
    let words = ["product", "add", "acme-cad", "--title", "Acme CAD", "--family", "acme", "--threshold", "1"];
    vendor.run(&words).done();
    vendor.run(&["manifest", "acme-cad", "-o", "old.lh", PASS[0], PASS[1]]).done();
    vendor
}

fn write_list(vendor: &VendorFolder, name: &str) {
    vendor.run(&["revocations", "-o", name]).done();
    assert!(Path::new(&vendor.path(name)).exists());
}

#[test]
fn a_revoked_host_grants_nothing_and_its_machines_learn_it() {
    let vendor = open();
    let (host_folder, machine) =
        (HostFolder { vendor: &vendor, name: "host_folder" }, Machine { vendor: &vendor, name: "machine" });
    host_folder.activate(&[]);
    let host = host_folder.serve();
    done(&machine.ask("old.lh", &host));
    assert_eq!(machine.standing(), "licensed");
    host.stop();
    vendor.run(&["host", "revoke", &host_folder.id(), PASS[0], PASS[1]]).done();
    write_list(&vendor, "first.txt");
    vendor.run(&["revoke", "--document", &"11".repeat(16), PASS[0], PASS[1]]).done();
    write_list(&vendor, "second.lh");
    assert_eq!(done(&host_folder.run(&["install", "second.lh"]))["number"], 2);
    fails(&host_folder.run(&["install", "first.txt"]), "older-list");
    let told = host_folder.run(&["status"]);
    assert_eq!((told.status.code(), data(&told)["revoked"].clone()), (Some(1), true.into()));
    let host = host_folder.serve();
    let other = Machine { vendor: &vendor, name: "other" };
    fails(&other.ask("old.lh", &host), "revoked");
    assert_eq!(machine.standing(), "licensed", "it has not heard of it yet");
    fails(&machine.ask("old.lh", &host), "revoked");
    host.stop();
    assert_eq!(machine.standing(), "reduced", "the list is with it now, the host is not needed for that");
}

#[test]
fn old_and_new_hosts_and_machines_go_through_a_rotation_and_the_end_of_the_former_authority() {
    let vendor = open();
    let host_folder = |name| HostFolder { vendor: &vendor, name };
    let machine = |name| Machine { vendor: &vendor, name };
    let root = vendor.root().to_string();
    // Before: two hosts, one of them told the root, and a machine.
    let (renewed, left) = (host_folder("renewed"), host_folder("left"));
    renewed.activate(&[]);
    left.activate(&["--root", &root]);
    let old = machine("old-machine");
    let host = renewed.serve();
    done(&old.ask("old.lh", &host));
    let former = vendor.json(&["authority", "list"])[0]["authority"].as_str().expect("an id").to_owned();

    // The rotation: hosts and machines that were there notice nothing, and new ones fit in.
    vendor.run(&["authority", "rotate", "--root-passphrase-file", "pass"]).done();
    vendor.run(&["manifest", "acme-cad", "-o", "new.lh", PASS[0], PASS[1]]).done();
    let added = host_folder("added");
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
    vendor.run(&["authority", "revoke", &former, PASS[0], PASS[1]]).done();
    write_list(&vendor, "list.lh");
    for host_folder in [&renewed, &left, &added] {
        assert_eq!(done(&host_folder.run(&["install", "list.lh"]))["number"], 1, "{}", host_folder.name);
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
