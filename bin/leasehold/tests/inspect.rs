//! `leasehold inspect` over every vector. `LEASEHOLD_VECTORS` names another folder.

mod common;

use std::fs;
use std::path::Path;

use common::{Run, leasehold};
use leasehold_testkit::vectors::{read, unhex};
use leasehold_wire::armour;
use serde_json::{Value, json};
use tempfile::TempDir;

#[test]
fn every_document_is_judged_as_the_vectors_say() {
    let folder = TempDir::new().expect("a folder");
    for case in list(&read("documents")["cases"]) {
        let run = inspect(case, text(&case["hex"]).as_bytes(), folder.path());
        check(case, &run);
    }
}

#[test]
fn every_valid_document_is_read_raw_and_in_armour_too() {
    let folder = TempDir::new().expect("a folder");
    for case in list(&read("documents")["cases"]).iter().filter(|case| case["valid"] == true) {
        let bytes = unhex(text(&case["hex"]));
        check(case, &inspect(case, &bytes, folder.path()));
        let armour = armour::wrap(&bytes).expect("a document");
        check(case, &inspect(case, armour.as_bytes(), folder.path()));
        let mailed =
            format!("\u{feff}Hello,\r\n\r\n> {}\r\nregards", armour.replace('=', "=3D").replace('\n', " \r\n> "));
        check(case, &inspect(case, mailed.as_bytes(), folder.path()));
    }
}

#[test]
fn what_does_not_verify_says_what_it_is_all_the_same() {
    let (run, case) = named("lease-expired", &["--json"]);
    let found = run.json();
    assert_eq!((&found["valid"], &found["reason"]), (&json!(false), &json!("expired")), "{}", case["name"]);
    assert_eq!((&found["typ"], &found["product"]), (&json!("lh-lease"), &json!("acme-cad")));
    assert_eq!(found["chain"][1]["typ"], "lh-authority");
    let (run, _) = named("unknown-claim", &["--json"]);
    assert_eq!((&run.json()["typ"], &run.json()["product"]), (&json!("lh-request"), &json!(null)));
}

#[test]
fn people_read_claims_on_standard_output_and_the_reason_on_standard_error() {
    let (run, _) = named("lease", &[]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("subject               7c68f6d1-bb9d-5fd5-95d5-c5c65035f6ce\n"), "{}", run.stdout);
    assert!(run.stdout.contains("expires               2027-03-23 13:04 UTC\n"), "{}", run.stdout);
    let (run, _) = named("lease-revoked", &[]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("valid                 no: revoked\n"), "{}", run.stdout);
    assert!(run.stderr.contains("[revoked]") && run.stderr.contains("hint: "), "{}", run.stderr);
}

#[test]
fn the_root_key_may_be_in_a_file_as_digits_or_pem_or_in_a_manifest() {
    let folder = TempDir::new().expect("a folder");
    let (lease, manifest) = (case("lease"), case("manifest"));
    let root = text(&lease["root"]);
    let der = [unhex("302a300506032b6570032100"), unhex(root)].concat();
    let pem = pem_rfc7468::encode_string("PUBLIC KEY", pem_rfc7468::LineEnding::LF, &der).expect("armour");
    for content in [root.to_owned(), format!("{root}\n"), pem] {
        let path = write(folder.path(), "root", content.as_bytes());
        assert_eq!(at(&lease, &["--root", &path]).status, 0, "{content}");
    }
    let path = write(folder.path(), "manifest", text(&manifest["hex"]).as_bytes());
    assert_eq!(at(&lease, &["--manifest", &path]).status, 0);
    let damaged = write(folder.path(), "damaged", damage(text(&manifest["hex"])).as_bytes());
    let run = at(&lease, &["--manifest", &damaged]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("bad-signature"), "{}", run.stderr);
}

#[test]
fn without_a_root_key_the_chain_is_checked_and_the_roots_id_is_told() {
    let run = at(&case("request"), &["--json"]);
    assert_eq!((run.status, &run.json()["root_assumed"]), (0, &json!(false)));
    let run = at(&case("manifest"), &["--json"]);
    assert_eq!((run.status, &run.json()["root_assumed"]), (0, &json!(true)));
    let lease = case("lease");
    let root: leasehold_core::PublicKey = text(&lease["root"]).parse().expect("a key");
    for name in ["lease", "host-certificate", "revocations"] {
        let run = at(&case(name), &["--json"]);
        let said = run.json();
        assert_eq!((run.status, &said["valid"], &said["reason"]), (0, &Value::Null, &Value::Null), "{name}");
        assert_eq!(said["root_id"], root.id().to_string());
        assert!(run.stderr.contains("warning: ") && run.stderr.contains("--root"), "{}", run.stderr);
        let run = at(&case(name), &[]);
        assert!(run.stdout.contains("signature chain complete, root not checked"), "{}", run.stdout);
    }
    let run = at(&json!({ "hex": damage(text(&lease["hex"])), "at": lease["at"] }), &["--json"]);
    assert_eq!((run.status, &run.json()["reason"]), (1, &json!("bad-signature")));
    assert_eq!(at(&case("truncated"), &["--json"]).json()["reason"], "malformed");
}

#[test]
fn a_list_that_is_not_the_vendors_is_an_error_and_no_answer() {
    let folder = TempDir::new().expect("a folder");
    let lease = case("lease-revoked");
    let list = damage(text(&lease["revocations"]));
    let path = write(folder.path(), "list", list.as_bytes());
    let run = at(&lease, &["--root", text(&lease["root"]), "--revocations", &path]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with(&format!("error: revocations {path}: bad signature")), "{}", run.stderr);
    let run = at(&lease, &["--revocations", &path]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("root key"), "{}", run.stderr);
}

#[test]
fn wrong_usage_ends_with_status_2_and_says_what_is_wrong() {
    for (arguments, words) in [
        (&["inspect"][..], "<FILE>"),
        (&["inspect", "no-such-file.lh"], "no such file"),
        (&["inspect", "-", "--root", "xyz"], "root xyz: neither 64 hexadecimal digits nor a file"),
        (
            &["inspect", "-", "--root", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")],
            "the file holds no public key",
        ),
        (&["inspect", "-", "--at", "yesterday"], "--at"),
        (&["inspect", "-", "--key", "-"], "--key"),
        (&["inspect", "-", "--root", "a", "--manifest", "b"], "--manifest"),
        (&["inspect", "-", "--manifest", "Cargo.toml"], "Cargo.toml"),
        (&["inspect", "-", "--revocations", "no-such-file.lh"], "no such file"),
    ] {
        let run = leasehold(arguments, text(&case("request")["hex"]).as_bytes());
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_file_or_folder_that_is_no_document_is_named() {
    let folder = TempDir::new().expect("a folder");
    let inspect = |path: &str| leasehold(&["inspect", path, "--json"], b"");
    let key = write(folder.path(), "root.pem", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n");
    let store = write(folder.path(), "leasehold.db", b"SQLite format 3\0");
    write(folder.path(), "host.key", b"-----BEGIN PRIVATE KEY-----\nMC4C\n");
    for (path, what) in [
        (key.as_str(), "key-file"),
        (&store, "store"),
        (folder.path().to_str().expect("a path in UTF-8"), "host-folder"),
    ] {
        let run = inspect(path);
        assert_eq!((run.status, &run.json()["what"], &run.json()["valid"]), (1, &json!(what), &json!(false)));
        assert!(run.stderr.contains("it is no document, but "), "{}", run.stderr);
        assert!(!run.stdout.contains("MC4C"), "no secret is shown");
    }
}

#[test]
fn what_is_no_document_at_all_is_malformed() {
    for input in [&b""[..], b"Dear Sir or Madam", b"-----BEGIN LEASEHOLD LEASE-----", b"\xd2", b"\xff\x00", b"d2"] {
        let run = leasehold(&["inspect", "-", "--json"], input);
        assert_eq!((run.status, &run.json()["reason"]), (1, &json!("malformed")), "{run:?}");
        assert!(run.stderr.contains("\"code\":\"malformed\""), "{}", run.stderr);
    }
}

#[test]
fn every_product_key_is_judged_as_the_vectors_say() {
    let vectors = read("keys");
    for case in list(&vectors["valid"]) {
        let run = key(text(&case["typed"]));
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{case}");
        let found = run.json();
        assert_eq!(found["valid"], true, "{case}");
        for name in ["kind", "number", "payload", "public"] {
            assert_eq!(found[name], case[name], "{case}: {name}");
        }
        assert_eq!(found["key_id"].is_null(), case["public"].is_null(), "{case}");
    }
    for case in list(&vectors["invalid"]) {
        let run = key(text(&case["typed"]));
        assert_eq!((run.status, &run.json()["valid"]), (1, &json!(false)), "{case}");
        assert_eq!(run.json()["reason"], case["why"], "{case}");
    }
}

#[test]
fn a_key_is_read_from_what_a_mail_or_an_editor_has_made_of_it() {
    let generic = "QQYN8-U3MJL-N58YM-74QRC-38CN4";
    let utf_16: Vec<u8> = format!("\u{feff}{generic}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let dashes = generic.replace('-', "\u{2011}");
    for typed in
        [utf_16, format!("\nProduct key: “{dashes}”\n").into_bytes(), format!("Key:\n{generic}\n").into_bytes()]
    {
        let run = leasehold(&["inspect", "--json", "--key", "-"], &typed);
        assert_eq!((run.status, &run.json()["valid"]), (0, &json!(true)), "{run:?}");
    }
    let run = key("38CN4");
    assert_eq!((run.status, &run.json()["reason"]), (1, &json!("length")));
    assert!(run.stderr.is_empty() || run.stderr.contains("the last five name a key"), "{}", run.stderr);
}

#[test]
fn a_mistyped_key_is_told_its_repair_but_a_secret_one_is_not_printed() {
    for case in list(&read("keys")["repair"]) {
        let (run, meant) = (key(text(&case["typed"])), text(&case["repairs"][0]));
        assert_eq!(run.status, 1, "{case}");
        let repair = &run.json()["repair"];
        let position = usize::try_from(repair["position"].as_u64().expect("a position")).expect("at most 25");
        let bare = meant.replace('-', "");
        if let Some(character) = repair["meant"].as_str() {
            assert_eq!(bare[position - 1..position], *character, "{case}");
        }
        let public = meant.starts_with('Q');
        assert_eq!(repair["key"], if public { json!(meant) } else { json!(null) }, "{case}");
    }
    let run = leasehold(&["inspect", "--key", "PR24K-TJ2L9-RDGY3-6844S-GE0G0"], b"");
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.ends_with("hint: character 7 (J) should be Q\n"), "{}", run.stderr);
}

#[test]
fn a_secret_key_given_as_an_argument_is_warned_about() {
    let run = leasehold(&["inspect", "--key", "PR24K-TQ2L9-RDGY3-6844S-GE0G0"], b"");
    assert_eq!(run.status, 0);
    assert!(run.stderr.starts_with("note: "), "{}", run.stderr);
    assert!(!run.stdout.contains("PR24K"), "a key's owner need not see it again: {}", run.stdout);
    let run = leasehold(&["inspect", "--key", "QQYN8-U3MJL-N58YM-74QRC-38CN4"], b"");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

fn check(case: &Value, run: &Run) {
    let found = run.json();
    assert_eq!(found["valid"], case["valid"], "{}: {run:?}", case["name"]);
    assert_eq!(found["reason"], case["reason"], "{}: {run:?}", case["name"]);
    assert_eq!(run.status, i32::from(case["valid"] != true), "{}", case["name"]);
    assert_eq!(run.stderr.is_empty(), case["valid"] == true, "{}", case["name"]);
    if case["valid"] == true {
        contains(&found, &case["facts"], &case["name"]);
    }
}

/// Every member of `expected` is in `found`, and alike.
fn contains(found: &Value, expected: &Value, name: &Value) {
    for (member, value) in expected.as_object().expect("facts") {
        assert!(found.get(member).is_some(), "{name}: no {member}");
        if value.is_object() {
            contains(&found[member], value, name);
        } else {
            assert_eq!(&found[member], value, "{name}: {member}");
        }
    }
}

/// Runs the command as a vector says, its document on standard input.
fn inspect(case: &Value, document: &[u8], folder: &Path) -> Run {
    let mut options = vec!["--json", "--root", text(&case["root"])];
    let list = case["revocations"].as_str().map(|list| write(folder, "revocations.lh", &unhex(list)));
    if let Some(path) = &list {
        options.extend(["--revocations", path]);
    }
    at_with(case, &options, document)
}

fn named(name: &str, options: &[&str]) -> (Run, Value) {
    let folder = TempDir::new().expect("a folder");
    let case = case(name);
    let list = case["revocations"].as_str().map(|list| write(folder.path(), "revocations.lh", &unhex(list)));
    let mut all = vec!["--root", text(&case["root"])];
    all.extend(list.iter().flat_map(|path| ["--revocations", path]));
    all.extend(options);
    (at(&case, &all), case)
}

fn at(case: &Value, options: &[&str]) -> Run {
    at_with(case, options, text(&case["hex"]).as_bytes())
}

fn at_with(case: &Value, options: &[&str], document: &[u8]) -> Run {
    let time = case["at"].to_string();
    leasehold(&[&["inspect", "-", "--at", &time], options].concat(), document)
}

fn key(typed: &str) -> Run {
    leasehold(&["inspect", "--json", "--key", "-"], typed.as_bytes())
}

fn case(name: &str) -> Value {
    let vectors = read("documents");
    let found = list(&vectors["cases"]).iter().find(|case| case["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("no vector {name}"))
}

/// A document whose signature, its end, is no longer what it was.
fn damage(hex: &str) -> String {
    let last = if hex.ends_with("00") { "01" } else { "00" };
    format!("{}{last}", &hex[..hex.len() - 2])
}

fn write(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, content).expect("a folder that can be written to");
    path.into_os_string().into_string().expect("a path in UTF-8")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
