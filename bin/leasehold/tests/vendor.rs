//! The vendor's commands as people and scripts run them: what they print, where they write, how they end.

mod vendor_folder;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use leasehold_core::{Component, Cti, Fingerprint, ProductKey, PublicKey, Timestamp};
use leasehold_testkit::need::{Need, is_missing};
use leasehold_testkit::process::contained;
use leasehold_wire::proof::Proof;
use leasehold_wire::{
    AnyDocument, HostCertificate, HostRequest, Keypair, Lease, MachineRequest, Manifest, armour, envelope, trust,
};
use serde_json::Value;
use vendor_folder::VendorFolder;

fn machine(n: u8) -> Fingerprint {
    Fingerprint::new([(Component::MachineId, [n; 8]), (Component::SystemDisk, [n; 8])]).expect("it has components")
}

fn host_request(key: &ProductKey, pair: u8, machine: Fingerprint) -> Vec<u8> {
    let (pair, cti) = (Keypair::from_seed(&[pair; 32]), Cti([pair; 16]));
    let request = HostRequest {
        issued: Timestamp::from_unix(1_700_000_000),
        cti,
        key: pair.public(),
        proof: Proof::new(key, pair.id(), cti),
        host_name: "licences.example".parse().expect("a name"),
        fingerprint: machine,
        tip: None,
        usage: Vec::new(),
    };
    envelope::sign(&request, &pair, &[])
}

fn machine_request(key: &ProductKey, pair: u8, product: &str) -> Vec<u8> {
    let (pair, cti) = (Keypair::from_seed(&[pair; 32]), Cti([pair; 16]));
    let request = MachineRequest {
        issued: Timestamp::from_unix(1_700_000_000),
        cti,
        key: pair.public(),
        proof: Proof::new(key, pair.id(), cti),
        product: product.parse().expect("an id"),
        fingerprint: machine(cti.0[0]),
    };
    envelope::sign(&request, &pair, &[])
}

/// Verifies what a file or standard output holds, at the time it says it was made.
fn verified<D: trust::Verifiable>(file: &[u8], root: &PublicKey) -> D {
    let bytes = armour::read(file).expect("a document");
    let issued = leasehold_wire::Envelope::parse(&bytes).expect("an envelope").document::<D>().expect("claims");
    let issued = issued.head().issued.expect("it says when it was made");
    trust::verify::<D>(&bytes, root, issued, None).expect("it is believed").document
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_vendor_is_made_and_openssl_reads_its_root_key() {
    if is_missing(&[Need::OpenSsl]) {
        return;
    }
    let vendor = VendorFolder::empty();
    let made = vendor.json(&["init", "--name", "Acme Engineering", "--passphrase-file", "pass"]);
    assert_eq!(
        files(&vendor.path("vendor")),
        ["authority.db", "authority.lh", "authority.pem", "root.pem", "root.pub"]
    );
    assert_eq!(made["root"], vendor.root().to_string());
    let mut openssl = Command::new("openssl");
    openssl.args(["pkey", "-passin", "file:pass", "-noout", "-text_pub", "-in", "vendor/root.pem"]);
    let shown = openssl.current_dir(vendor.folder()).output().unwrap();
    let text = String::from_utf8(shown.stdout).unwrap();
    let digits: String = text.split("pub:").nth(1).unwrap().chars().filter(char::is_ascii_hexdigit).collect();
    assert_eq!(digits, vendor.root().to_string());
    let certificate = fs::read(vendor.path("vendor/authority.lh")).unwrap();
    let expires = made["expires"].as_u64().unwrap();
    let believed = AnyDocument::verify(&certificate, &vendor.root(), Timestamp::from_unix(expires - 1), None);
    assert!(believed.is_ok());
}

#[test]
fn a_second_vendor_is_refused_and_the_first_left_as_it_is() {
    let vendor = VendorFolder::open();
    let before = fs::read(vendor.path("vendor/root.pem")).unwrap();
    let again = vendor.run(&["init", "--name", "Other", "--passphrase-file", "pass"]);
    again.fails(1, "already-exists");
    assert!(again.talk.contains("Acme"), "{}", again.talk);
    assert_eq!(fs::read(vendor.path("vendor/root.pem")).unwrap(), before);
}

#[test]
fn a_first_run_that_was_cut_short_is_completed() {
    let whole = VendorFolder::open();
    let vendor = VendorFolder::empty();
    fs::create_dir(vendor.path("vendor")).unwrap();
    for name in ["root.pem", "authority.pem"] {
        fs::copy(whole.path("vendor").join(name), vendor.path("vendor").join(name)).unwrap();
    }
    fs::write(vendor.path("other"), "another passphrase\n").unwrap();
    vendor.run(&["init", "--name", "Acme", "--passphrase-file", "other"]).fails(1, "wrong-passphrase");
    let ended = vendor.run(&["init", "--name", "Acme", "--passphrase-file", "pass"]);
    assert!(ended.talk.contains("cut short"), "{}", ended.talk);
    ended.done();
    assert_eq!(vendor.root(), whole.root());
}

#[test]
fn a_passphrase_is_needed_and_not_empty() {
    let vendor = VendorFolder::empty();
    vendor.run(&["init", "--name", "Acme"]).fails(2, "usage");
    fs::write(vendor.path("empty"), "\n").unwrap();
    vendor.run(&["init", "--name", "Acme", "--passphrase-file", "empty"]).fails(2, "usage");
    vendor.run(&["init", "--name", "Acme", "--passphrase-file", "missing"]).fails(2, "file");
    vendor.run(&["init", "--name", "  ", "--passphrase-file", "pass"]).fails(2, "usage");
    assert!(!vendor.path("vendor").exists(), "nothing was made");
}

#[test]
fn nothing_works_before_there_is_a_vendor_and_nothing_is_made_by_trying() {
    let vendor = VendorFolder::empty();
    for words in [
        ["product", "list"].as_slice(),
        &["key", "list"],
        &["manifest", "acme-cad", "--passphrase-file", "pass"],
        &["product", "add", "acme-cad", "--title", "Acme CAD", "--family", "acme"],
    ] {
        vendor.run(words).fails(2, "not-initialised");
    }
    assert!(!vendor.path("vendor").exists());
}

#[test]
fn folders_that_cannot_be_used_are_named() {
    let vendor = VendorFolder::open();
    let ended = vendor.run(&["init", "--name", "Acme", "--passphrase-file", "pass", "--dir", "pass/vendor"]);
    ended.fails(2, "file");
    let named = Path::new("pass").join("vendor").display().to_string();
    assert!(ended.talk.contains(&named), "{}", ended.talk);
    fs::write(vendor.path("vendor/authority.db"), "this is not a database, whatever its name says\n".repeat(99))
        .unwrap();
    vendor.run(&["key", "list"]).fails(2, "store-damaged");
}

#[test]
fn a_product_brings_its_family_and_takes_the_next_numbers() {
    let vendor = VendorFolder::empty();
    vendor.run(&["init", "--name", "Acme", "--passphrase-file", "pass"]).done();
    let words = ["product", "add", "cad", "--title", "CAD", "--family", "acme", "--threshold", "1", "--window", "2d"];
    let first = vendor.json(&[&words[..], &["--validity", "1d", "--renewal", "15min", "--retry", "1min"]].concat());
    assert_eq!((&first["number"], &first["family_number"]), (&1.into(), &1.into()));
    assert_eq!(first["family_policy"]["threshold"], 1);
    assert_eq!(first["family_policy"]["renewal"], 900);
    let words = ["product", "add", "cam", "--title", "CAM", "--family", "acme", "--mode", "observe"];
    let second = vendor.json(&[&words[..], &["--initial-grace", "0s", "--drift", "1", "--service", "acme"]].concat());
    assert_eq!((&second["number"], &second["drift"], &second["mode"]), (&2.into(), &1.into(), &"observe".into()));
    assert_eq!(second["family_policy"], first["family_policy"], "the drift is the product's own");
    let listed = vendor.json(&["product", "list"]);
    assert_eq!(listed, Value::Array(vec![first, second]));
    let table = vendor.run(&["product", "list"]).done();
    assert!(table.lines().count() == 3 && table.contains("CAM"), "{table}");
}

#[test]
fn wrong_words_change_nothing() {
    let vendor = VendorFolder::open();
    let add = |words: &[&str]| vendor.run(&[&["product", "add"], words].concat());
    add(&["acme-cad", "--title", "CAD", "--family", "acme"]).fails(1, "already-exists");
    add(&["x", "--title", "X", "--family", "acme", "--number", "1"]).fails(1, "already-exists");
    add(&["x", "--title", "X", "--family", "acme", "--threshold", "9"]).fails(1, "already-exists");
    add(&["x", "--title", "X", "--family", "new", "--family-number", "1"]).fails(1, "already-exists");
    add(&["x", "--title", "X", "--family", "new", "--validity", "1d"]).fails(2, "bad-policy");
    add(&["x", "--title", "X", "--family", "new", "--end", "2020-01-01"]).fails(2, "bad-policy");
    add(&["x", "--title", "X", "--family", "new", "--drift", "6"]).fails(2, "bad-policy");
    vendor.run(&["key", "issue", "--family", "new", "--kind", "host"]).fails(1, "unknown-family");
    vendor.run(&["key", "issue", "--family", "acme", "--kind", "host", "--machines", "9"]).fails(2, "usage");
    vendor.run(&["key", "issue", "--family", "acme", "--kind", "host", "--threshold", "0"]).fails(2, "bad-policy");
    for words in [
        ["product", "add", "Acme", "--title", "X", "--family", "f"].as_slice(),
        &["product", "add", "x", "--title", "X", "--family", "f", "--number", "1048576"],
        &["product", "add", "x", "--title", "X", "--family", "f", "--validity", "soon"],
        &["product", "add", "x", "--title", "X", "--family", "f", "--end", "2027-02-30"],
        &["key", "issue", "--family", "acme", "--kind", "generic"],
        &["key", "issue", "--family", "acme", "--kind", "multiple"],
        &["key", "issue", "--family", "acme", "--kind", "multiple", "--machines", "0"],
    ] {
        assert_eq!(vendor.run(words).status, 2, "{words:?}");
    }
    assert_eq!(vendor.json(&["product", "list"]).as_array().unwrap().len(), 1);
    assert_eq!(vendor.json(&["key", "list"]), Value::Array(vec![]));
}

#[test]
fn a_manifest_is_written_raw_or_in_armour_and_believed() {
    let vendor = VendorFolder::open();
    let words = ["manifest", "acme-cad", "--passphrase-file", "pass"];
    let printed = vendor.run(&words).done();
    assert!(printed.starts_with("-----BEGIN LEASEHOLD MANIFEST-----\n"));
    vendor.run(&[&words[..], &["-o", "cad.lh"]].concat()).done();
    vendor.run(&[&words[..], &["-o", "cad.txt"]].concat()).done();
    let (raw, armoured) = (fs::read(vendor.path("cad.lh")).unwrap(), fs::read(vendor.path("cad.txt")).unwrap());
    assert_eq!((raw[0], armoured[0]), (0xd2, b'-'));
    for file in [printed.as_bytes(), &raw, &armoured] {
        let manifest: Manifest = verified(file, &vendor.root());
        assert_eq!((manifest.product.as_str(), manifest.root), ("acme-cad", vendor.root()));
    }
    let about = vendor.json(&words);
    assert_eq!(about["root"], vendor.root().to_string());
    assert!(about["document"].as_str().unwrap().starts_with("-----BEGIN LEASEHOLD MANIFEST-----"));
    vendor.run(&["manifest", "none", "--passphrase-file", "pass"]).fails(1, "unknown-product");
    let wrong = vendor.run_with(&["manifest", "acme-cad", "--passphrase-file", "-"], b"wrong\n");
    wrong.fails(1, "wrong-passphrase");
    let unwritable = vendor.run(&[&words[..], &["-o", "missing/cad.lh"]].concat());
    unwritable.fails(2, "file");
}

#[test]
fn a_key_is_printed_once_alone_and_never_again() {
    let vendor = VendorFolder::open();
    let ended = vendor.run(&["key", "issue", "--family", "acme", "--kind", "host", "--customer", "Müller & Söhne"]);
    assert_eq!((ended.out.lines().count(), ended.out.len()), (1, 30), "{}", ended.out);
    let key: ProductKey = ended.out.trim().parse().unwrap();
    let shown = format!("{}{}", vendor.run(&["key", "list"]).done(), vendor.json(&["key", "list"]));
    assert!(shown.contains(key.last_five()) && shown.contains("Müller & Söhne"), "{shown}");
    assert!(!shown.contains(key.to_string().split('-').nth(2).unwrap()), "{shown}");
    let options = ["--machines", "40", "--capacity", "9", "--features", "cloud,render", "--end", "2099-01-01"];
    let words = ["key", "issue", "--family", "acme", "--kind", "multiple"];
    let issued = vendor.json(&[&words[..], &options[..]].concat());
    assert_eq!((&issued["places"], &issued["kind"]), (&40.into(), &"multiple".into()));
    assert_eq!((&issued["policy"]["capacity"], &issued["policy"]["end"]), (&9.into(), &4_070_908_800_u64.into()));
    assert!(issued["key"].as_str().unwrap().ends_with(issued["last_five"].as_str().unwrap()));
}

#[test]
fn a_key_is_looked_up_by_itself_and_a_slip_of_the_hand_is_named() {
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "host"]);
    fs::write(vendor.path("request.lh"), host_request(&key, 1, machine(1))).unwrap();
    vendor.approve("request.lh").done();
    let show = |text: &str| vendor.run_with(&["key", "show", "--key-file", "-"], text.as_bytes());
    let shown = show(&key.to_string().to_lowercase()).done();
    assert!(shown.contains("1/6 hosts") && shown.contains("licences.example"), "{shown}");
    let mut typed = key.to_string();
    typed.replace_range(8..9, if &typed[8..9] == "Z" { "X" } else { "Z" });
    let slip = show(&typed);
    slip.fails(1, "not-a-product-key");
    assert!(slip.talk.contains(&format!("should be {}", &key.to_string()[8..9])), "{}", slip.talk);
    show("ABC").fails(1, "not-a-product-key");
    let other = VendorFolder::open().issue(&["--kind", "host"]);
    show(&other.to_string()).fails(1, "unknown-key");
    let generic = vendor.json(&["product", "list"])[0]["generic_key"].as_str().unwrap().to_owned();
    show(&generic).fails(1, "wrong-kind-of-key");
}

#[test]
fn a_host_is_approved_again_and_again_until_all_is_used_up() {
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "host"]);
    fs::write(vendor.path("request.lh"), host_request(&key, 1, machine(1))).unwrap();
    let ended = vendor.approve("request.lh");
    assert!(ended.talk.contains("host 1 of 6, activation 1 of 10"), "{}", ended.talk);
    let printed: HostCertificate = verified(ended.done().as_bytes(), &vendor.root());
    assert_eq!(printed.key, Keypair::from_seed(&[1; 32]).public());
    let words = ["approve", "request.lh", "--passphrase-file", "pass", "-o", "host.lh"];
    let about = vendor.json(&words);
    assert_eq!(
        (&about["ordinal"], &about["activation_ordinal"], &about["again"]),
        (&1.into(), &1.into(), &true.into())
    );
    let written: HostCertificate = verified(&fs::read(vendor.path("host.lh")).unwrap(), &vendor.root());
    assert_eq!(about["expires"], written.expires.unix());
    for n in 2..=6_u8 {
        fs::write(vendor.path("other.lh"), host_request(&key, n, machine(n))).unwrap();
        vendor.approve("other.lh").done();
    }
    fs::write(vendor.path("seventh.lh"), host_request(&key, 7, machine(7))).unwrap();
    let words = ["approve", "seventh.lh", "--passphrase-file", "pass", "-o", "no.lh"];
    vendor.run(&words).fails(1, "hosts-exhausted");
    assert!(!vendor.path("no.lh").exists(), "nothing is written on a refusal");
    for n in 11..=19 {
        fs::write(vendor.path("same.lh"), host_request(&key, n, machine(1))).unwrap();
        vendor.approve("same.lh").done();
    }
    fs::write(vendor.path("same.lh"), host_request(&key, 20, machine(1))).unwrap();
    vendor.approve("same.lh").fails(1, "activations-exhausted");
    vendor.approve("request.lh").fails(1, "revoked");
    vendor.approve("other.lh").done();
    let listed = vendor.json(&["key", "list"]);
    assert_eq!(listed[0]["places_taken"], 6);
    let each: Vec<_> = listed[0]["hosts"].as_array().unwrap().iter().map(|host| host["activations"].as_u64()).collect();
    assert_eq!(each, [Some(10), Some(1), Some(1), Some(1), Some(1), Some(1)]);
}

#[test]
fn a_machine_is_approved_with_a_multiple_key() {
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "multiple", "--machines", "1"]);
    let request = armour::wrap(&machine_request(&key, 1, "acme-cad")).unwrap();
    let answer = vendor.run_with(&["approve", "-", "--passphrase-file", "pass"], request.as_bytes()).done();
    let lease: Lease = verified(answer.as_bytes(), &vendor.root());
    assert_eq!((lease.expires, lease.client), (None, Keypair::from_seed(&[1; 32]).id()));
    fs::write(vendor.path("second.lh"), machine_request(&key, 2, "acme-cad")).unwrap();
    vendor.approve("second.lh").fails(1, "activations-exhausted");
    fs::write(vendor.path("other.lh"), machine_request(&key, 1, "other")).unwrap();
    vendor.approve("other.lh").fails(1, "product-not-granted");
}

#[test]
fn requests_that_cannot_be_approved_are_told_apart() {
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "host"]);
    let request = host_request(&key, 1, machine(1));
    let case = |content: &[u8], code: &str| {
        fs::write(vendor.path("case.lh"), content).unwrap();
        vendor.approve("case.lh").fails(1, code);
    };
    case(b"", "malformed");
    case(b"certainly no request", "malformed");
    case(&request[..request.len() - 9], "malformed");
    case(&fs::read(vendor.path("vendor/authority.lh")).unwrap(), "malformed");
    let mut altered = request.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    case(&altered, "bad-signature");
    case(&host_request(&VendorFolder::open().issue(&["--kind", "host"]), 1, machine(1)), "unknown-key");
    let multiple = vendor.issue(&["--kind", "multiple", "--machines", "2"]);
    case(&host_request(&multiple, 1, machine(1)), "wrong-kind-of-key");
    vendor.approve("missing.lh").fails(2, "file");
    fs::write(vendor.path("request.lh"), &request).unwrap();
    let wrong = vendor.run_with(&["approve", "request.lh", "--passphrase-file", "-"], b"wrong\n");
    wrong.fails(1, "wrong-passphrase");
    vendor.run(&["approve", "-", "--passphrase-file", "-"]).fails(2, "usage");
    let unwritable = vendor.run(&["approve", "request.lh", "--passphrase-file", "pass", "-o", "missing/host.lh"]);
    unwritable.fails(2, "file");
    assert!(unwritable.talk.contains("it is recorded"), "{}", unwritable.talk);
    let listed = vendor.json(&["key", "list"]);
    assert_eq!((&listed[0]["places_taken"], &listed[1]["places_taken"]), (&1.into(), &0.into()));
    fs::write(vendor.path("vendor/authority.pem"), "not a key\n").unwrap();
    vendor.approve("request.lh").fails(2, "not-a-key-file");
}

#[test]
fn failures_are_json_where_json_was_asked_for() {
    let vendor = VendorFolder::open();
    let ended = vendor.run(&["manifest", "none", "--json"]);
    let error: Value = serde_json::from_str(&ended.talk).unwrap();
    assert_eq!((ended.status, &error["error"]["code"]), (1, &"unknown-product".into()));
    assert!(error["error"]["hint"].is_string());
}

#[test]
fn the_folder_is_named_by_option_or_environment() {
    let vendor = VendorFolder::empty();
    let init = ["init", "--name", "Acme", "--passphrase-file", "pass", "--dir", "elsewhere"];
    vendor.run(&init).done();
    vendor.run(&["--dir", "elsewhere", "product", "list"]).done();
    let mut command = contained(env!("CARGO_BIN_EXE_leasehold"));
    command.args(["vendor", "key", "list"].map(OsStr::new)).current_dir(vendor.folder());
    assert!(command.env("LEASEHOLD_VENDOR_DIR", "elsewhere").output().unwrap().status.success());
}

#[cfg(unix)]
#[test]
fn a_secret_goes_to_a_new_file_of_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let vendor = VendorFolder::open();
    let issue = ["key", "issue", "--family", "acme", "--kind", "host", "-o", "host.key.txt"];
    let issued = vendor.json(&issue);
    let mode = |name: &str| fs::metadata(vendor.path(name)).unwrap().permissions().mode() & 0o777;
    let key: ProductKey = fs::read_to_string(vendor.path("host.key.txt")).unwrap().trim().parse().unwrap();
    assert_eq!((mode("host.key.txt"), &issued["key"], &issued["file"]), (0o600, &Value::Null, &"host.key.txt".into()));
    assert_eq!(issued["last_five"], key.last_five());
    vendor.run(&issue).fails(1, "already-exists");
    assert_eq!(vendor.json(&["key", "list"]).as_array().unwrap().len(), 1, "nothing was issued that cannot be read");
    vendor.run(&["token", "add", "web-shop", "-o", "token.txt"]).done();
    assert_eq!(mode("token.txt"), 0o600);
    assert!(fs::read_to_string(vendor.path("token.txt")).unwrap().starts_with("lhv_"));
    vendor.run(&["token", "add", "web-shop", "-o", "again.txt"]).fails(1, "already-exists");
    assert!(!vendor.path("again.txt").exists(), "a token that was not made is not kept");
}

#[test]
fn a_secret_that_cannot_be_written_is_not_recorded() {
    if is_missing(&[Need::FullDevice]) {
        return;
    }
    let vendor = VendorFolder::open();
    for words in [
        ["key", "issue", "--family", "acme", "--kind", "host"].as_slice(),
        &["token", "add", "web-shop"],
        &["--json", "token", "add", "web-shop"],
    ] {
        assert_eq!(vendor.run(&[words, &["-o", "/dev/full"]].concat()).status, 2, "{words:?}");
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = contained(env!("CARGO_BIN_EXE_leasehold"));
        command.arg("vendor").args(words).current_dir(vendor.folder()).stdout(full);
        assert_eq!(command.output().unwrap().status.code(), Some(2), "{words:?}");
    }
    assert_eq!(vendor.json(&["key", "list"]), Value::Array(vec![]));
    assert_eq!(vendor.json(&["token", "list"]), Value::Array(vec![]));
}

#[test]
fn a_short_passphrase_is_refused_unless_it_is_asked_for() {
    let vendor = VendorFolder::empty();
    fs::write(vendor.path("short"), "tiny\n").unwrap();
    let init = ["init", "--name", "Acme", "--passphrase-file", "short"];
    vendor.run(&init).fails(2, "usage");
    assert!(!vendor.path("vendor").exists());
    vendor.run(&[&init[..], &["--weak-passphrase"]].concat()).done();
}

#[test]
fn a_product_key_on_the_command_line_is_not_echoed() {
    let vendor = VendorFolder::open();
    let key = vendor.issue(&["--kind", "host"]).to_string();
    for words in
        [["key", "show", key.as_str()].as_slice(), &["key", "list", &key], &["key", "show", &format!("--key={key}")]]
    {
        let ended = vendor.run(words);
        assert_eq!(ended.status, 2, "{words:?}");
        assert!(!ended.talk.contains(&key[6..11]), "{}", ended.talk);
    }
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_remarked_on() {
    use std::os::unix::fs::PermissionsExt;

    let vendor = VendorFolder::open();
    let manifest = || vendor.run(&["manifest", "acme-cad", "--passphrase-file", "pass"]);
    let mode = |mode| fs::set_permissions(vendor.path("pass"), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    assert!(manifest().talk.contains("pass: others can read it"), "{}", manifest().talk);
    mode(0o600);
    assert!(!manifest().talk.contains("others can read it"));
}
