//! The whole way in one command: vendor, host, machines.

mod support;

use std::fs;
#[cfg(unix)]
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Output;
#[cfg(unix)]
use std::process::{Command, Stdio};

use leasehold_core::{PublicKey, Timestamp};
use leasehold_wire::{Lease, verify};
use serde_json::Value;
use support::{now, program};

#[test]
fn six_machines_are_licensed_and_a_second_run_goes_on_from_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = json(&quickstart(folder.path(), &[]));
    let root: PublicKey = first["root"].as_str().expect("a root key").parse().expect("64 digits");
    let clients = first["clients"].as_array().expect("clients");
    assert_eq!(clients.len(), 6);
    assert!(first["host"].as_str().expect("an address").parse::<std::net::SocketAddr>().is_ok());
    for client in clients {
        assert_eq!(client["standing"], "licensed");
        let lease = std::fs::read(client["lease"].as_str().expect("a path")).expect("a lease file");
        let lease = verify::<Lease>(&lease, &root, now(), None).expect("it verifies").document;
        assert_eq!(lease.client.to_string(), client["id"].as_str().expect("an id"));
        assert_eq!(lease.expires.map(Timestamp::unix), client["expires"].as_u64());
    }
    let second = json(&quickstart(folder.path(), &["--clients", "7"]));
    assert_eq!(second["root"], first["root"]);
    assert_eq!(second["clients"].as_array().expect("clients")[..6], clients[..], "nothing is made anew");
    assert_eq!(second["clients"][6]["standing"], "licensed", "the door is open");
}

#[test]
fn three_machines_are_told_how_many_it_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = quickstart(folder.path(), &["--clients", "3"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("3 of 5 machines have asked"), "{told}");
    let clients = json(&output)["clients"].clone();
    assert!(clients.as_array().expect("clients").iter().all(|client| client["standing"] == "unactivated"));
    assert!(clients[0]["lease"].is_null() && clients[0]["expires"].is_null());
}

#[cfg(unix)]
#[test]
fn it_serves_on_until_it_is_told_to_stop_and_ends_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = program();
    command.args(["--json", "quickstart", "--clients", "1", "--dir"]).arg(folder.path()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("a process");
    let mut talk = BufReader::new(child.stderr.take().expect("a pipe")).lines().map(|line| line.expect("a line"));
    assert!(talk.any(|line| line == "serving until Ctrl-C"));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
    let last: Vec<String> = talk.collect();
    assert!(child.wait().expect("its end").success(), "{last:?}");
}

#[test]
fn a_file_that_is_empty_or_no_text_is_named_whatever_it_was_given_as() {
    let folder = tempfile::tempdir().expect("a folder");
    quickstart(folder.path(), &["--clients", "1"]);
    for (name, bytes) in [("void", "".as_bytes()), ("blank", b"\n \r\n"), ("bytes", b"\xd2\x84\x1b[31m\0 = 1")] {
        fs::write(folder.path().join(name), bytes).expect("it can be written");
    }
    let (documents, texts) = (
        [
            "client activate --no-dns --manifest FILE --host localhost --state clients/mine",
            "client install FILE --manifest acme-cad.lh --state clients/1",
            "doctor --manifest FILE --state clients/1",
            "host install FILE --data host",
            "host request --data host --key-file FILE",
            "inspect FILE",
            "vendor approve FILE --dir vendor --passphrase-file vendor/passphrase -o out",
        ],
        [
            "host check-config FILE",
            "host serve --data host --config FILE",
            "office config --profile FILE",
            "office plan --from FILE",
            "simulate FILE",
        ],
    );
    let both = [("void", "empty"), ("blank", "empty")].map(|(name, words)| (&documents[..], name, words));
    for (lines, name, words) in both.into_iter().chain([(&texts[..], "bytes", "")]) {
        for line in lines {
            let typed = line.replace("FILE", name);
            let output = program().args(typed.split(' ')).current_dir(folder.path()).output().expect("a process");
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(matches!(output.status.code(), Some(1 | 2)), "{typed}: {told}");
            assert!(told.contains(name) && told.contains(words) && told.contains("hint: "), "{typed}: {told}");
            assert!(!told.contains(|c: char| c.is_control() && c != '\n'), "{typed}: {told:?}");
        }
    }
}

#[test]
fn a_file_or_the_folder_of_another_is_named_where_a_folder_is_mistaken() {
    let folder = tempfile::tempdir().expect("a folder");
    quickstart(folder.path(), &["--clients", "1"]);
    for (line, words) in [
        ("host status --data vendor", "vendor: it is a vendor's folder"),
        ("host clients --data vendor", "vendor: it is a vendor's folder"),
        ("host doctor --server 127.0.0.1:9 --data vendor", "vendor: it is a vendor's folder"),
        ("host doctor --server 127.0.0.1:9 --data acme-cad.lh", "acme-cad.lh: it is a file"),
        ("host events --data acme-cad.lh", "acme-cad.lh: it is a file"),
        ("host clients --data nowhere", "nowhere: there is no such folder"),
        ("host backup - --data acme-cad.lh", "acme-cad.lh: it is a file"),
        ("vendor key list --dir host", "host: it is a host's folder"),
        ("vendor product list --dir acme-cad.lh", "acme-cad.lh: it is a file"),
        ("client status --state host", "host: it is a host's folder"),
        // Nor is anything made there.
        ("host request --data vendor --key-file host-key.txt", "vendor: it is a vendor's folder"),
        ("host serve --data vendor", "vendor: it is a vendor's folder"),
        ("host restore acme-cad.lh --data vendor", "vendor: it is a vendor's folder"),
        ("host token list --data vendor", "vendor: it is a vendor's folder"),
        ("client request --for-host --manifest acme-cad.lh --state host", "host: it is a host's folder"),
    ] {
        let output = program().args(line.split(' ')).current_dir(folder.path()).output().expect("a process");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{line}: {told}");
        assert!(
            told.contains(words) && told.contains("[not-initialised]") && told.contains("hint: "),
            "{line}: {told}"
        );
    }
    let second = program().args(["vendor", "init", "--name", "X", "--dir", "host"]).current_dir(folder.path()).output();
    let told = String::from_utf8_lossy(&second.expect("a process").stderr).into_owned();
    assert!(told.contains("host: it is a host's folder [already-exists]"), "{told}");
    for (from, to, words) in [
        ("host", "vendor", "vendor: it is a vendor's folder [already-exists]"),
        ("vendor", "host", "host: it is a host's folder [already-exists]"),
        ("host", "acme-cad.lh", "acme-cad.lh: it is a file [already-exists]"),
    ] {
        let output =
            program().args(["store", "copy", from, to]).current_dir(folder.path()).output().expect("a process");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && told.contains(words), "{from} to {to}: {told}");
    }
    assert!(!folder.path().join("vendor/leasehold.db").exists() && !folder.path().join("host/authority.db").exists());
    let root = program().args(["inspect", "acme-cad.lh", "--root", "acme-cad.lh"]).current_dir(folder.path()).output();
    let told = String::from_utf8_lossy(&root.expect("a process").stderr).into_owned();
    assert!(told.contains("it is a manifest") && told.contains("`--manifest FILE`"), "{told}");
}

#[test]
fn a_document_of_another_kind_is_named_with_its_file_and_its_kind() {
    let folder = tempfile::tempdir().expect("a folder");
    quickstart(folder.path(), &["--clients", "1"]);
    for (line, words) in [
        (
            "host install acme-cad.lh --data host",
            "acme-cad.lh: a document of type lh-manifest, not a host's certificate",
        ),
        ("host lease acme-cad.lh --data host", "acme-cad.lh: a document of type lh-manifest, not a machine's request"),
        (
            "client install host/host.lh --state s --manifest acme-cad.lh",
            "host.lh: a document of type lh-host, not an answer",
        ),
        (
            "client status --manifest host/host.lh --state s",
            "host.lh: a document of type lh-host, not a product's manifest",
        ),
        ("doctor --manifest host/host.lh --state s", "host.lh: a document of type lh-host, not a product's manifest"),
        ("directory publish host/host.lh --ldif", "host.lh: a document of type lh-host, not an activation object"),
        (
            "vendor approve host/host.lh --dir vendor --passphrase-file vendor/passphrase",
            "host.lh: a document of type lh-host",
        ),
    ] {
        let output = program().args(line.split(' ')).current_dir(folder.path()).output().expect("a process");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{line}: {told}");
        assert!(told.contains(words) && told.contains("[malformed]"), "{line}: {told}");
    }
}

/// Root sees everything; a name that no file can have is as unknown to every user.
#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_looked_at_is_not_one_that_is_missing() {
    let hidden = "x".repeat(5_000);
    for words in ["host clients --data", "journal export -o j --data", "store check", "vendor key list --dir"] {
        let output = program().args(words.split(' ')).arg(&hidden).output().expect("a process");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {told}");
        assert!(told.contains("the name is not one that a file can have [store-unavailable]"), "{words}: {told}");
    }
}

fn quickstart(dir: &Path, more: &[&str]) -> Output {
    let output = program().args(["--json", "quickstart", "--once", "--dir"]).arg(dir).args(more).output();
    let output = output.expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}
