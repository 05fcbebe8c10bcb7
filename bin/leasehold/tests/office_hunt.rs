//! `leasehold office hunt` through the built program.

mod common;

use std::fs;
use std::path::Path;

use common::{Run, leasehold};
use serde_json::Value;
use tempfile::TempDir;

fn hunt(words: &[&str], input: &[u8]) -> Run {
    leasehold(&[&["office", "hunt", "--today", "2026-11-22"], words].concat(), input)
}

fn rules(run: &Run) -> Vec<String> {
    let findings = run.json()["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap_or_default().to_owned()).collect()
}

const HOST: &str = "KMS machine registry override defined: kms.example.net:1688\n";
const PRODUCT: &str = "LICENSE NAME: Office 16, Office16ProPlusVL_KMS_Client edition\n\
                       LICENSE DESCRIPTION: Office 16, VOLUME_KMSCLIENT channel\nLICENSE STATUS:  ---LICENSED---\n";

#[test]
fn a_folder_is_looked_through_and_left_as_it_was() {
    let folder = TempDir::new().expect("a folder");
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("a file");
    fs::create_dir(folder.path().join("below")).expect("a folder");
    put("PC-001_ospp.txt", format!("{PRODUCT}{HOST}").as_bytes());
    put("below/hosts", b"127.0.0.1 activation.sls.microsoft.com\n");
    put("notes.txt", b"once upon a time\n");
    let wide: Vec<u8> = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\sppsvc]\r\n\"Start\"=dword:00000004\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    put("services.reg", &[&[0xff, 0xfe][..], &wide].concat());
    let before = state(folder.path());
    let path = folder.path().to_str().expect("text");
    let run = hunt(&["--json", path], b"");
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert_eq!(rules(&run), ["ACT003", "ACT010", "ACT014"]);
    let report = run.json();
    assert_eq!(report["findings"][0]["machine"], "PC-001");
    assert_eq!(report["findings"][0]["line"], 4);
    let unknown =
        report["sources"].as_array().expect("sources").iter().find(|one| one["kinds"] == Value::Array(vec![]));
    assert!(
        unknown.is_some_and(|one| one["file"].as_str().is_some_and(|file| file.ends_with("notes.txt"))),
        "{report:#}"
    );
    assert_eq!(state(folder.path()), before, "nothing is removed or changed");
}

#[test]
fn what_is_ones_own_is_no_sign() {
    let text = format!("{PRODUCT}{HOST}");
    assert_eq!(hunt(&["-"], text.as_bytes()).status, 1);
    let own = hunt(&["-", "--own", "kms.example.net"], text.as_bytes());
    assert_eq!((own.status, own.stdout.lines().last()), (0, Some("no signs were found")), "{}", own.stdout);
}

#[test]
fn a_finding_says_where_why_what_else_and_what_next() {
    let run = hunt(&["-", "--sources"], format!("{PRODUCT}{HOST}").as_bytes());
    for words in [
        "high    ACT003: KMS host outside the own domains",
        "-:4: KMS machine registry override",
        "what else it could be: ",
        "next: ",
        "source: ",
        "read: -: status output",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
}

#[test]
fn weak_signs_alone_end_well() {
    let run = hunt(&["-", "--json"], b"ThreatName : HackTool:Win32/Keygen\n");
    assert_eq!((run.status, rules(&run)), (0, vec!["ACT015".to_owned()]));
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let run = hunt(&["/nonexistent"], b"");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("/nonexistent: no such file"), "{}", run.stderr);
}

/// The names, sizes and times of all below a folder.
fn state(folder: &Path) -> Vec<(String, u64, std::time::SystemTime)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let about = fs::metadata(&path).expect("an entry");
        if about.is_dir() {
            all.extend(state(&path));
        }
        all.push((path.to_string_lossy().into_owned(), about.len(), about.modified().expect("a time")));
    }
    all.sort();
    all
}
