//! What a vendor changes, looks up, revokes and exports, as people and scripts do it.

mod vendor_folder;

use std::fs;

use leasehold_core::{Component, Cti, Fingerprint, KeyId, ProductKey, Timestamp};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_wire::proof::Proof;
use leasehold_wire::{Envelope, HostCertificate, HostRequest, Keypair, Revocations, armour, envelope, verify};
use serde_json::{Value, json};
use vendor_folder::{Ended, VendorFolder};

const PASS: [&str; 2] = ["--passphrase-file", "pass"];

/// The host with the `n`th key pair asks with `key`.
fn ask(vendor: &VendorFolder, key: &ProductKey, n: u8) -> Ended {
    let (pair, cti) = (pair(n), Cti([n; 16]));
    let request = HostRequest {
        issued: Timestamp::from_unix(1_700_000_000),
        cti,
        key: pair.public(),
        proof: Proof::new(key, pair.id(), cti),
        host_name: format!("host{n}").parse().expect("a name"),
        fingerprint: Fingerprint::new([(Component::MachineId, [n; 8])]).expect("a component"),
        tip: None,
        usage: Vec::new(),
    };
    fs::write(vendor.path("request.lh"), envelope::sign(&request, &pair, &[])).expect("a file");
    vendor.run(&with_pass(&["approve", "request.lh"]))
}

/// It asks and is answered; its name and its certificate.
fn activate(vendor: &VendorFolder, key: &ProductKey, n: u8) -> (KeyId, HostCertificate) {
    let answer = ask(vendor, key, n).done();
    let bytes = armour::read(answer.as_bytes()).expect("armour");
    let certificate = Envelope::parse(&bytes).expect("an envelope").document().expect("a certificate");
    (pair(n).id(), certificate)
}

fn pair(n: u8) -> Keypair {
    Keypair::from_seed(&[n; 32])
}

fn with_pass<'w>(words: &[&'w str]) -> Vec<&'w str> {
    [words, &PASS].concat()
}

/// The revocation list as `vendor revocations` writes it.
fn list(vendor: &VendorFolder) -> Revocations {
    vendor.run(&["revocations", "-o", "list.txt"]).done();
    let text = fs::read(vendor.path("list.txt")).expect("a list");
    let bytes = armour::read(&text).expect("armour");
    let issued = Envelope::parse(&bytes).expect("an envelope").document::<Revocations>().expect("a list").issued;
    verify::<Revocations>(&bytes, &vendor.root(), issued, None).expect("it is believed").document
}

#[test]
fn the_audit_says_who_gave_a_command_and_a_key_activates_as_often_as_was_said() {
    let vendor = VendorFolder::open();
    let words = ["key", "issue", "--family", "acme", "--kind", "host", "--hosts", "1", "--activations", "3"];
    vendor.run(&[&words[..], &["--as", "Alice Example"]].concat()).done();
    let audit = vendor.json(&["audit", "--last", "1"]);
    assert_eq!((&audit[0]["action"], &audit[0]["actor"]), (&"key-issued".into(), &"cli:Alice Example".into()));
    let keys = vendor.json(&["key", "list"]);
    assert_eq!((&keys[0]["places"], &keys[0]["activations_each"]), (&1.into(), &3.into()));
    vendor.run(&["family", "set", "acme", "--capacity", "50"]).done();
    let by = vendor.json(&["audit", "--last", "1"])[0]["actor"].as_str().expect("a name").to_owned();
    assert!(by.starts_with("cli:") && by.len() > "cli:".len() && by != "cli:Alice Example", "this user: {by}");
}

#[test]
fn a_key_is_changed_by_name_and_its_host_told_when_it_renews() {
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "host", "--customer", "Example AG"]);
    activate(&vendor, &key, 1);
    let words = ["key", "set", key.last_five(), "--capacity", "50", "--hosts", "8", "--customer", "none"];
    let ended = vendor.run(&words);
    assert!(ended.talk.contains("when they renew"), "{}", ended.talk);
    let said = ended.done();
    for line in ["capacity  none -> 50", "hosts     6 -> 8", "customer  Example AG -> none"] {
        assert!(said.contains(line), "{said}");
    }
    assert!(!said.contains("threshold"), "only what has changed: {said}");
    let (_, certificate) = activate(&vendor, &key, 1);
    assert_eq!(certificate.grants[0].policy.capacity, Some(50));
    let id = vendor.json(&["key", "show", key.last_five()])["id"].as_str().unwrap().to_owned();
    let plain = id.replace('-', "").to_uppercase();
    let changed = vendor.json(&["key", "set", &plain, "--capacity", "none", "--features", "cloud,render"]);
    assert_eq!(
        (&changed["before"]["policy"]["capacity"], &changed["after"]["policy"]["capacity"]),
        (&50.into(), &Value::Null)
    );
    assert_eq!(changed["after"]["policy"]["features"], json!(["cloud", "render"]));
    let audit = vendor.json(&["audit", "--last", "1"]);
    assert_eq!((&audit[0]["action"], &audit[0]["subject"]), (&"key-changed".into(), &id.into()));
    assert_eq!(audit[0]["detail"], "capacity: 50 -> none, features: [] -> [\"cloud\" \"render\"]");
}

#[test]
fn what_cannot_be_changed_so_is_told_and_nothing_is() {
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "host"]);
    let end = key.last_five();
    vendor.run(&["key", "set", end]).fails(2, "usage");
    vendor.run(&["key", "set", end, "--threshold", "0"]).fails(2, "bad-policy");
    vendor.run(&["key", "set", end, "--end", "2020-01-01"]).fails(2, "bad-policy");
    vendor.run(&["key", "set", "QQQQQ", "--threshold", "1"]).fails(1, "unknown-key");
    vendor.run(&["key", "show", "00000000000000000000000000000000"]).fails(1, "unknown-key");
    vendor.run(&["key", "withdraw", "QQQQQ"]).fails(1, "unknown-key");
    vendor.run(&with_pass(&["key", "revoke", "QQQQQ"])).fails(1, "unknown-key");
    vendor.run(&["family", "set", "acme"]).fails(2, "usage");
    vendor.run(&["family", "set", "none", "--threshold", "1"]).fails(1, "unknown-family");
    vendor.run(&["family", "withdraw", "none"]).fails(1, "unknown-family");
    vendor.run(&["product", "set", "none", "--title", "X"]).fails(1, "unknown-product");
    vendor.run(&["product", "show", "none"]).fails(1, "unknown-product");
    vendor.run(&["host", "show", "00000000000000000000000000000000"]).fails(1, "unknown-host");
    vendor.run(&["machine", "list", "--key", end]).fails(1, "wrong-kind-of-key");
    vendor.run(&with_pass(&["host", "revoke", "00000000000000000000000000000000"])).fails(1, "unknown-host");
    vendor.run(&with_pass(&["authority", "revoke", "00000000000000000000000000000000"])).fails(1, "unknown-authority");
    vendor.run(&["revocations"]).fails(1, "no-revocations");
    for words in [
        ["key", "set", "nonsense", "--threshold", "1"].as_slice(),
        &["key", "set", end, "--hosts", "0"],
        &["product", "set", "acme-cad"],
        &["host", "show", "nonsense"],
        &["host", "revoke"],
        &["host", "list", "--after", "3"],
        &["revoke"],
        &["revoke", "--document", "abc"],
        &["export", "secrets"],
    ] {
        assert_eq!(vendor.run(words).status, 2, "{words:?}");
    }
    let actions = vendor.json(&["audit"]);
    assert_eq!(actions.as_array().unwrap().len(), 5, "what the vendor began with: {actions}");
}

#[test]
fn products_and_families_are_changed_withdrawn_and_brought_back() {
    let vendor = VendorFolder::open();
    let changed = vendor.json(&["product", "set", "acme-cad", "--title", "Acme CAD 2", "--service", "acme"]);
    assert_eq!((&changed["before"]["title"], &changed["after"]["title"]), (&"Acme CAD".into(), &"Acme CAD 2".into()));
    assert_eq!(vendor.json(&["product", "show", "acme-cad"])["service"], "acme");
    vendor.run(&["product", "set", "acme-cad", "--service", "none"]).done();
    let again = vendor.run(&["product", "set", "acme-cad", "--service", "none"]);
    assert!(again.talk.contains("like that already"), "{}", again.talk);
    again.done();
    assert_eq!(vendor.json(&["product", "show", "acme-cad"])["service"], "leasehold");
    let family = vendor.json(&["family", "set", "acme", "--threshold", "1", "--grace", "1d"]);
    assert_eq!(
        (&family["after"]["policy"]["threshold"], &family["after"]["policy"]["grace"]),
        (&1.into(), &86_400.into())
    );
    assert_eq!(vendor.json(&["family", "list"])[0]["policy"]["threshold"], 1);
    assert_eq!(vendor.json(&["family", "show", "acme"])["products"], json!(["acme-cad"]));
    vendor.run(&["product", "withdraw", "acme-cad"]).done();
    vendor.run(&with_pass(&["manifest", "acme-cad"])).fails(1, "withdrawn");
    assert!(vendor.run(&["product", "list"]).done().contains("withdrawn"));
    vendor.run(&["product", "restore", "acme-cad"]).done();
    vendor.run(&with_pass(&["manifest", "acme-cad"])).done();
    vendor.run(&["family", "withdraw", "acme"]).done();
    vendor.run(&["key", "issue", "--family", "acme", "--kind", "host"]).fails(1, "withdrawn");
    vendor.run(&["family", "restore", "acme"]).done();
    vendor.issue(&["--kind", "host"]);
}

#[test]
fn hosts_are_listed_shown_and_revoked_and_lists_are_numbered() {
    let vendor = VendorFolder::open();
    let (key, other) =
        (vendor.issue(&["--kind", "host", "--customer", "Example AG"]), vendor.issue(&["--kind", "host"]));
    let hosts: Vec<String> = (1..=3).map(|n| activate(&vendor, &key, n).0.to_string()).collect();
    activate(&vendor, &other, 4);
    assert_eq!(vendor.json(&["host", "list"]).as_array().unwrap().len(), 4);
    assert_eq!(vendor.json(&["machine", "list"]), json!([]));
    let page = vendor.json(&["host", "list", "--key", key.last_five(), "--after", "1", "--limit", "1"]);
    assert_eq!((page.as_array().unwrap().len(), &page[0]["name"]), (1, &"host2".into()));
    let shown = vendor.json(&["host", "show", &hosts[0]]);
    assert_eq!((&shown[0]["ordinal"], &shown[0]["customer"]), (&1.into(), &"Example AG".into()));
    let authority = vendor.json(&["authority", "list"])[0]["authority"].clone();
    assert_eq!(shown[0]["document"]["signer"], authority);
    vendor.run(&["host", "show", &hosts[0], "-o", "host.lh"]).done();
    assert!(
        verify::<HostCertificate>(
            &fs::read(vendor.path("host.lh")).unwrap(),
            &vendor.root(),
            Timestamp::from_unix(shown[0]["last"].as_u64().unwrap()),
            None
        )
        .is_ok()
    );
    let revoked = vendor.json(&with_pass(&["host", "revoke", &hosts[0], &hosts[1]]));
    assert_eq!((revoked["revoked"].as_array().unwrap().len(), &revoked["list"]), (2, &1.into()));
    let again = vendor.run(&with_pass(&["host", "revoke", &hosts[0]]));
    assert!(again.talk.contains("nothing was added"), "{}", again.talk);
    assert_eq!(again.done(), "");
    assert!(vendor.run(&["host", "show", &hosts[1]]).done().contains("revoked"));
    let device = "11".repeat(16);
    vendor.run(&with_pass(&["revoke", "--device", &device, "--document", &"22".repeat(16)])).done();
    let list = list(&vendor);
    assert_eq!((list.number, list.keys.len(), list.documents.len()), (2, 3, 1));
    let told = vendor.json(&["revocations"]);
    assert_eq!((told["entries"].as_array().unwrap().len(), &told["number"]), (4, &2.into()));
    assert!(told["document"].as_str().unwrap().starts_with("-----BEGIN LEASEHOLD REVOCATIONS-----"));
    vendor.run(&["revocations", "-o", "list.lh"]).done();
    assert_eq!(fs::read(vendor.path("list.lh")).unwrap()[0], 0xd2, "raw");
    ask(&vendor, &key, 1).fails(1, "revoked");
}

#[test]
fn a_key_is_withdrawn_alone_or_revoked_with_its_hosts() {
    let vendor = VendorFolder::open();
    let (alone, whole) = (vendor.issue(&["--kind", "host"]), vendor.issue(&["--kind", "host"]));
    activate(&vendor, &alone, 1);
    let hosts = [activate(&vendor, &whole, 2).0, activate(&vendor, &whole, 3).0];
    let ended = vendor.run(&["key", "withdraw", alone.last_five()]);
    assert!(ended.talk.contains("vendor key revoke"), "{}", ended.talk);
    ended.done();
    vendor.run(&["revocations"]).fails(1, "no-revocations");
    vendor.run(&with_pass(&["key", "revoke", whole.last_five()])).done();
    assert_eq!(list(&vendor).keys, hosts);
    for key in [&alone, &whole] {
        let shown = vendor.json(&["key", "show", key.last_five()]);
        assert!(shown["withdrawn"].is_u64(), "{shown}");
    }
    ask(&vendor, &alone, 1).fails(1, "revoked");
    let of_nobody = vendor.json(&["key", "list", "--customer", "Example AG"]);
    assert_eq!(of_nobody, json!([]));
}

#[test]
fn exports_are_of_one_shape_and_written_whole_or_not_at_all() {
    if is_missing(&[Need::FullDevice]) {
        return;
    }
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "host", "--customer", "=1+1"]);
    activate(&vendor, &key, 1);
    let csv = vendor.run(&["export", "usage"]).done();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("key,last_five,kind,family,customer,issued,withdrawn,places_taken,places,"), "{csv}");
    assert!(lines.len() == 2 && lines[1].contains(",'=1+1,") && lines[1].contains(",1,6,1,10,"), "{csv}");
    let read = vendor.json(&["export", "hosts"]);
    assert_eq!((&read[0]["name"], &read[0]["customer"]), (&"host1".into(), &"=1+1".into()));
    vendor.run(&["export", "keys", "--format", "json", "-o", "keys.json"]).done();
    let keys: Value = serde_json::from_slice(&fs::read(vendor.path("keys.json")).unwrap()).unwrap();
    assert_eq!(keys[0]["last_five"], key.last_five());
    let secret = key.to_string();
    assert!(!format!("{csv}{keys}{read}").contains(&secret[6..23]), "no secret is in an export");
    vendor.run(&["export", "keys", "-o", "missing/keys.csv"]).fails(2, "file");
    vendor.run(&["export", "keys", "-o", "/dev/full"]).fails(2, "file");
    assert_eq!(vendor.run(&["export", "machines"]).done().lines().count(), 1, "the names alone");
}

#[test]
fn a_rotation_asks_for_the_root_and_the_next_answer_is_the_successors() {
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "host"]);
    activate(&vendor, &key, 1);
    let former = vendor.json(&["authority", "list"])[0]["authority"].as_str().unwrap().to_owned();
    fs::write(vendor.path("other"), "another passphrase\n").unwrap();
    vendor.run(&["authority", "rotate"]).fails(2, "usage");
    vendor.run(&["authority", "rotate", "--root-passphrase-file", "other"]).fails(1, "wrong-passphrase");
    vendor
        .run(&["authority", "rotate", "--root-passphrase-file", "pass", "--root-key", "missing.pem"])
        .fails(2, "file");
    let wrong = ["authority", "rotate", "--root-passphrase-file", "pass", "--root-key", "vendor/authority.pem"];
    vendor.run(&wrong).fails(2, "not-a-key-file");
    let words = ["authority", "rotate", "--root-passphrase-file", "pass", "--passphrase-file", "other"];
    let rotated = vendor.json(&words);
    assert_eq!((&rotated["former"], &rotated["list"]), (&former.clone().into(), &Value::Null));
    let statuses: Vec<_> =
        vendor.json(&["authority", "list"]).as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, ["superseded", "active"]);
    vendor.run(&with_pass(&["manifest", "acme-cad"])).fails(1, "wrong-passphrase");
    let manifest = vendor.run(&["manifest", "acme-cad", "--passphrase-file", "other", "-o", "cad.lh"]);
    manifest.done();
    let signer = Envelope::parse(&fs::read(vendor.path("cad.lh")).unwrap()).unwrap().kid.to_string();
    assert_eq!(rotated["authority"], signer);
    vendor.run(&["authority", "rotate", "--root-passphrase-file", "pass"]).fails(1, "wrong-passphrase");
    vendor.run(&["authority", "revoke", &signer, "--passphrase-file", "other"]).fails(1, "own-authority");
    vendor.run(&["authority", "revoke", &former, "--passphrase-file", "other"]).done();
    assert_eq!(vendor.json(&["authority", "list"])[0]["status"], "revoked");
    assert_eq!(list(&vendor).keys, [former.parse().unwrap()]);
}
