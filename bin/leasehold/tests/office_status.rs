//! `leasehold office status` over files, folders and standard input.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Run, leasehold};
use serde_json::Value;
use tempfile::TempDir;

const WELL: &str = "LICENSE NAME: Office 16, Office16ProPlusVL_KMS_Client edition\n\
    LICENSE DESCRIPTION: Office 16, VOLUME_KMSCLIENT channel\nLICENSE STATUS:  ---LICENSED---\n\
    REMAINING GRACE: 175 days  (252000 minute(s) before expiring)\nLast 5 characters of installed product key: WFG99\n\
    \tKMS machine name from DNS: kms01.example.com:1688\n";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/office/data/fixtures")
}

fn status(arguments: &[&str], input: &str) -> Run {
    let all: Vec<&str> = ["office", "status", "--collected", "2026-11-20", "--today", "2026-11-23"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    leasehold(&all, input.as_bytes())
}

fn lines(run: &Run) -> Vec<Value> {
    run.stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn a_healthy_machine_is_fine_and_its_lease_has_an_end() {
    let run = status(&["--json", "-"], WELL);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{run:?}");
    let lines = lines(&run);
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["kind"], &lines[0]["state"], &lines[0]["health"]),
        (&"line".into(), &"licensed".into(), &"well".into())
    );
    assert_eq!(lines[0]["ends"], "2027-05-14T00:00:00Z");
    assert_eq!(lines[0]["reminds_from"], "2027-06-13T00:00:00Z");
    assert_eq!(lines[0]["gvlk"], "Office Professional Plus 2016");
    assert_eq!((&lines[1]["kind"], &lines[1]["machines"]), (&"summary".into(), &1.into()));
}

#[test]
fn folders_are_read_and_names_come_from_texts_files_and_folders() {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("PC-3")).expect("a folder");
    fs::write(folder.path().join("PC-2_dstatus.txt"), WELL).expect("a file");
    fs::write(folder.path().join("PC-3/dstatus.txt"), WELL).expect("a file");
    fs::write(folder.path().join("all.txt"), format!("Computer: PC-1\n{WELL}")).expect("a file");
    let run = status(&["--json", &folder.path().to_string_lossy()], "");
    let lines = lines(&run);
    let named: Vec<(&str, &str)> = lines[..3]
        .iter()
        .map(|line| (line["machine"].as_str().expect("a name"), line["named_by"].as_str().expect("a word")))
        .collect();
    assert_eq!(named, [("PC-1", "text"), ("PC-2", "file"), ("PC-3", "folder")]);
}

#[test]
fn all_fixtures_together_make_a_table_and_a_report() {
    let folder = TempDir::new().expect("a folder");
    let page = folder.path().join("report.html");
    let run = status(&["--csv", "--html", &page.to_string_lossy(), &fixtures().to_string_lossy()], "");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stdout.starts_with("machine,named_by,file,line,tool,product,state,health,"));
    assert!(run.stdout.contains(",additional-grace,attention,kms-client,17280,12,"), "{}", run.stdout);
    let page = fs::read_to_string(page).expect("a report");
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("set by hand") && page.matches("<script").count() == 1
    );
}

#[test]
fn a_report_overwrites_a_file_only_where_that_is_asked_for() {
    let folder = TempDir::new().expect("a folder");
    let page = folder.path().join("report.html");
    fs::write(&page, "mine").expect("it is written");
    let path = page.to_string_lossy();
    let refused = status(&["--html", &path, "-"], WELL);
    assert_eq!((refused.status, refused.stderr.contains("[already-exists]")), (1, true), "{refused:?}");
    assert_eq!(fs::read_to_string(&page).expect("it is there"), "mine");
    status(&["--html", &path, "--force", "-"], WELL);
    assert!(fs::read_to_string(&page).expect("it is there").starts_with("<!DOCTYPE html>"));
    let printed = status(&["--html", "-", "-"], WELL);
    assert!(printed.stdout.starts_with("<!DOCTYPE html>") && printed.stdout.ends_with("</html>"), "{printed:?}");
    assert_eq!(status(&["--html", "-", "--csv", "-"], WELL).status, 2);
    assert_eq!(status(&["--force", "-"], WELL).status, 2);
}

#[test]
fn what_is_not_recognised_is_said_with_its_line() {
    let run = status(&["-"], "\n\nNaam: Windows(R), Professional edition\nLicentiestatus: Gelicentieerd\n");
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("line 4: Licentiestatus: Gelicentieerd"), "{}", run.stdout);
    let run = status(&["-"], "");
    assert_eq!((run.status, run.stderr.contains("[nothing-read]")), (1, true), "{run:?}");
    let run = leasehold(&["office", "status", "no/such/file"], b"");
    assert_eq!((run.status, run.stderr.contains("no such file")), (2, true), "{run:?}");
    assert_eq!(leasehold(&["office", "status", "--csv", "--json", "-"], b"").status, 2);
}

#[test]
fn every_fact_has_its_source() {
    let run = status(&["--json", "--sources", &fixtures().to_string_lossy()], "");
    let all = lines(&run);
    let sources = all.last().expect("a summary")["sources"].as_array().expect("a list").clone();
    let known = |fact: &str| {
        sources
            .iter()
            .any(|entry| entry["fact"] == fact && entry["source"].as_str().is_some_and(|source| !source.is_empty()))
    };
    assert!(known("0xC004F074") && known("licensed") && known("validity.max_minutes"), "{sources:?}");
}

#[test]
fn an_event_log_is_read_as_a_file() {
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/office_events/log");
    let run = status(&["--json", &log.to_string_lossy()], "");
    let all = lines(&run);
    assert_eq!(all.last().expect("a summary")["events"], 2, "{run:?}");
    assert_eq!((&all[0]["machine"], &all[0]["code"]), (&"KMS01.example.com".into(), &"0xC004F074".into()));
    let explained = leasehold(&["--json", "office", "explain", all[0]["code"].as_str().expect("a code")], b"").json();
    assert_eq!(
        explained[0]["explanations"][0]["meaning"]
            .as_str()
            .map(|meaning| all[0]["meaning"].as_str().expect("words").ends_with(meaning)),
        Some(true)
    );
}

#[cfg(not(windows))]
#[test]
fn a_machine_that_is_no_windows_has_no_licences_to_tell() {
    let run = leasehold(&["office", "status", "--local"], b"");
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{run:?}");
    assert!(run.stderr.contains("--local: only Windows") && run.stderr.contains("[usage]"), "{run:?}");
}

/// Wine has WMI without licences, and no event log to read: what cannot be read is named, and the rest is told.
#[cfg(windows)]
#[test]
fn the_machine_itself_is_asked_and_what_it_lacks_is_named() {
    let run = leasehold(&["office", "status", "--local", "--json"], b"");
    assert!(run.stderr.starts_with("asked: products with a key "), "{run:?}");
    assert!(!run.stderr.contains("WMI: "), "{run:?}");
    assert!(lines(&run).iter().any(|line| line["kind"] == "summary"), "{run:?}");
}
