//! `leasehold office lint` and `leasehold office config`, as they are typed.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Run, leasehold};
use serde_json::Value;
use tempfile::TempDir;

const SECRET: &str = "BBBBB-CCCCC-DDDDD-FFFFF-GGGGG";

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/office/data/fixtures/odt");
    folder.join(name).to_string_lossy().into_owned()
}

/// Runs `leasehold office` as of one day.
fn office(arguments: &[&str]) -> Run {
    leasehold(&[&["office"], arguments, &["--today", "2026-11-22"]].concat(), b"")
}

fn file(folder: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).expect("written");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a name in UTF-8")
}

fn rules(findings: &Value) -> Vec<&str> {
    let findings = findings.as_array().expect("findings").iter();
    findings.map(|finding| finding["rule"].as_str().expect("a rule")).collect()
}

#[test]
fn findings_are_shown_with_their_lines() {
    let run = office(&["lint", &fixture("bad_ltsc_channel.xml")]);
    assert_eq!(run.status, 1);
    let expected = "\
error[ODT051]: fr-CA is not available for VisioPro2024Volume";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
    assert!(run.stdout.contains("bad_ltsc_channel.xml:8:21\n"), "{}", run.stdout);
    assert!(
        run.stdout.contains("8 |       <Language ID=\"fr-ca\" />\n  |                     ^^^^^\n"),
        "{}",
        run.stdout
    );
    assert_eq!(run.stderr, "1 file: 4 errors, 2 warnings, 3 infos\n");
    assert!(!run.stdout.contains("source (") && !run.stdout.contains('\u{1b}'));
    let sources = office(&["lint", "--sources", &fixture("bad_ltsc_channel.xml")]);
    assert!(sources.stdout.contains("source (documented): MicrosoftDocs/"), "{}", sources.stdout);
}

#[test]
fn json_and_sarif_say_the_same() {
    let (one, other) = (fixture("bad_two_suites.xml"), fixture("ms_msicondition.xml"));
    let run = office(&["lint", &one, &other, "--json"]);
    let json = run.json();
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let found = rules(&json["files"][0]["findings"]);
    assert_eq!(json["files"][1]["findings"].as_array().map(Vec::len), Some(0));
    let sarif = office(&["lint", &one, &other, "--format", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.iter().map(|result| result["ruleId"].as_str().expect("an id")).collect::<Vec<_>>(), found);
    assert_eq!(json["errors"], results.iter().filter(|result| result["level"] == "error").count());
}

#[test]
fn what_is_denied_ends_with_one() {
    let fine = r#"<Configuration><Add Channel="Current"><Product ID="O365ProPlusRetail"><Language ID="en-us"/></Product></Add></Configuration>"#;
    let preview = fine.replace("Current", "CurrentPreview");
    let beta = fine.replace("Current", "BetaChannel");
    for (content, deny, status) in [
        (fine, None, 0),
        (&preview, None, 0),
        (&preview, Some("warnings"), 0),
        (&beta, Some("warnings"), 1),
        (fine, Some("warnings"), 0),
        (fine, Some("infos"), 0),
        (&preview, Some("infos"), 1),
    ] {
        let deny: Vec<&str> = deny.into_iter().flat_map(|what| ["--deny", what]).collect();
        let run = leasehold(&[&["office", "lint", "-"], &deny[..]].concat(), content.as_bytes());
        assert_eq!(run.status, status, "{deny:?}: {}", run.stdout);
    }
    assert_eq!(leasehold(&["office", "lint", "/no/such.xml"], b"").status, 2);
    assert_eq!(leasehold(&["office", "lint"], b"").status, 2);
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others_from_being_checked() {
    let folder = TempDir::new().expect("a folder");
    let path = file(&folder, "a.xml", "<Configuration><Display Level='x'/></Configuration>");
    let run = office(&["lint", "/no/such.xml", text(&path), "--format", "json"]);
    assert_eq!((run.status, rules(&run.json()["files"][0]["findings"])), (2, vec!["ODT062"]));
    assert_eq!(run.json()["failed"], 1);
    assert_eq!(run.stderr.matches("/no/such.xml: no such file").count(), 1, "{}", run.stderr);
    let run = office(&["lint", text(&path), "/no/such.xml"]);
    assert!(run.stdout.contains("ODT062") && run.stderr.contains("1 not read"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_folder_is_searched_and_other_xml_passed_over() {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("deeper")).expect("made");
    file(&folder, "deeper/b.XML", "<Configuration/>");
    file(&folder, "a.xml", "<Configuration><Display Level='x'/></Configuration>");
    file(&folder, "other.xml", "<configuration/>");
    file(&folder, "notes.txt", "no XML");
    let run = office(&["lint", text(folder.path()), "--json"]);
    let json = run.json();
    let names: Vec<_> = json["files"].as_array().expect("files").iter().map(|file| file["file"].as_str()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].is_some_and(|name| name.ends_with("a.xml")));
    assert_eq!((run.status, &json["passed_over"]), (1, &1.into()));
    let named = office(&["lint", text(&folder.path().join("other.xml")), "--json"]).json();
    assert_eq!(rules(&named["files"][0]["findings"]), ["ODT001"]);
}

#[test]
fn a_difference_changes_nothing_and_a_fix_only_what_it_says() {
    let folder = TempDir::new().expect("a folder");
    let before =
        "<Configuration>\r\n  <!-- Broad -->\r\n  <Add Channel='Broad'/>\r\n  <Logging/>\r\n</Configuration>\r\n";
    let path = file(&folder, "a.xml", before);
    let run = office(&["lint", "--diff", text(&path)]);
    assert!(
        run.stdout.contains("-  <Add Channel='Broad'/>\n") && run.stdout.contains("+  <Add Channel='SemiAnnual'/>\n"),
        "{}",
        run.stdout
    );
    assert_eq!(fs::read_to_string(&path).expect("read"), before);
    let run = office(&["lint", "--fix", text(&path)]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(run.stderr.contains(":3: write SemiAnnual [ODT012]"), "{}", run.stderr);
    let after = before.replace("'Broad'", "'SemiAnnual'").replace("  <Logging/>\r\n", "");
    assert_eq!(fs::read_to_string(&path).expect("read"), after);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    assert_eq!(leasehold(&["office", "lint", "--fix", "-"], b"<Configuration/>").status, 2);
}

#[cfg(unix)]
#[test]
fn a_changed_file_keeps_its_rights_and_a_link_stays_one() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = TempDir::new().expect("a folder");
    let path = file(&folder, "a.xml", "<Configuration><Logging/></Configuration>");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
    let link = folder.path().join("b.xml");
    symlink(&path, &link).expect("a link");
    assert_eq!(office(&["lint", "--fix", text(&link)]).status, 0);
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(fs::read_to_string(&path).expect("read"), "<Configuration></Configuration>");
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_plan_that_was_written_is_read() {
    let folder = TempDir::new().expect("a folder");
    let plan = office(&[
        "plan",
        "--office",
        "40",
        "--release",
        "2024",
        "--licence",
        "volume",
        "--domain",
        "ad",
        "--away-days",
        "20",
        "--json",
    ]);
    assert_eq!(plan.json()["groups"][0]["method"], "adba", "{plan:?}");
    let plan = file(&folder, "plan.json", &plan.stdout);
    let run = office(&["lint", &fixture("bad_m365_with_key.xml"), "--plan", text(&plan), "--json"]);
    assert!(rules(&run.json()["files"][0]["findings"]).contains(&"ODT021"));
    let groups = r#"{"groups": [{"name": "a", "method": "kms"}, {"name": "b", "method": "user"}, {"name": "c", "method": null}]}"#;
    let groups = file(&folder, "groups.json", groups);
    let group = |name: &str| {
        office(&["lint", &fixture("bad_m365_with_key.xml"), "--plan", text(&groups), "--group", name, "--json"])
    };
    assert!(rules(&group("a").json()["files"][0]["findings"]).contains(&"ODT021"));
    assert!(!rules(&group("b").json()["files"][0]["findings"]).contains(&"ODT021"));
    assert_eq!((group("c").status, group("d").status), (2, 2));
    assert_eq!(office(&["lint", &fixture("bad_m365_with_key.xml"), "--plan", "cloud"]).status, 2);
}

#[test]
fn files_for_the_same_machines_have_one_architecture() {
    let folder = TempDir::new().expect("a folder");
    file(&folder, "a.xml", "<Configuration><Add OfficeClientEdition='64'/></Configuration>");
    file(&folder, "b.xml", "<Configuration><Add OfficeClientEdition='32'/></Configuration>");
    assert_eq!(office(&["lint", text(folder.path())]).status, 0);
    let run = office(&["lint", text(folder.path()), "--together", "--json"]);
    assert_eq!((run.status, &run.json()["errors"]), (1, &2.into()));
}

#[test]
fn no_form_shows_a_secret_key() {
    let folder = TempDir::new().expect("a folder");
    let content = format!(
        "<Configuration>\n  <!-- {SECRET} -->\n  <Add Channel='Broad'><Product ID='proplus2024volume' PIDKEY='{SECRET}'/></Add>\n</Configuration>"
    );
    let path = file(&folder, "a.xml", &content);
    let broken = file(&folder, "b.xml", &content.replace("</Add>", ""));
    for form in [&["--format", "text"][..], &["--format", "json"], &["--format", "sarif"], &["--diff"], &["--fix"]] {
        for path in [&path, &broken] {
            let run = office(&[&["lint", text(path)], form].concat());
            assert!(!run.stdout.contains("BBBBB") && !run.stderr.contains("BBBBB"), "{form:?}: {run:?}");
        }
    }
}

#[test]
fn what_is_written_passes_the_rules() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("office.xml");
    let run = office(&[
        "config",
        "--product",
        "ProPlus2024Volume",
        "--plan",
        "kms",
        "--language",
        "en-us",
        "-o",
        text(&path),
    ]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(
        run.stderr.ends_with("next: setup.exe /configure FILE, with the Office Deployment Tool\n"),
        "{}",
        run.stderr
    );
    assert_eq!(office(&["lint", text(&path), "--plan", "kms", "--deny", "warnings"]).status, 0);
    let again = office(&["config", "--product", "ProPlus2024Volume", "-o", text(&path)]);
    assert_eq!(again.status, 1);
    assert!(again.stderr.contains("already") && again.stderr.contains("--force"), "{}", again.stderr);
    assert_eq!(office(&["config", "--remove-all", "-o", text(&path), "--force"]).status, 0);
    assert!(fs::read_to_string(&path).expect("read").contains("<Remove All=\"TRUE\" />"));
}

#[test]
fn what_does_not_go_together_is_refused_with_the_rule() {
    for (arguments, said) in [
        (&["--product", "O365ProPlusRetail", "--plan", "kms"][..], "[ODT021]"),
        (&["--product", "ProPlus2024Volume", "--channel", "Current"], "[ODT023]"),
        (&["--product", "ProPlus2024Volume", "--plan", "mak"], "[ODT031]"),
        (&["--product", "Word2024Volume", "--channel", "Current"], "its channels are PerpetualVL2024"),
        (&["--product", "HomeBusiness2024Retail", "--plan", "kms"], "is not activated by kms"),
    ] {
        let run = office(&[&["config"], arguments].concat());
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{arguments:?}");
        assert!(run.stderr.contains(said) && run.stderr.contains("[config-refused]"), "{}", run.stderr);
    }
    assert_eq!(office(&["config"]).status, 2);
}

#[test]
fn a_key_is_read_from_a_file_and_kept_from_others() {
    let folder = TempDir::new().expect("a folder");
    let key = file(&folder, "mak.txt", &format!("{SECRET}\n"));
    let path = folder.path().join("office.xml");
    let product = ["config", "--product", "ProPlus2024Volume", "--plan", "mak"];
    let run = office(&[&product[..], &["--key-file", text(&key), "-o", text(&path)]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stderr.contains("holds a product key") && !run.stderr.contains("BBBBB"), "{}", run.stderr);
    assert!(fs::read_to_string(&path).expect("read").contains(SECRET));
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).expect("a file").permissions()) & 0o777,
        0o600
    );
    let two = [&product[..], &["--product", "VisioPro2024Volume", "--key-file", text(&key)]].concat();
    assert_eq!(office(&two).status, 2, "a key is of one product");
    let named = format!("VisioPro2024Volume={}", text(&key));
    let run = office(&[&two[..], &["--key-file", &named]].concat());
    assert_eq!(run.status, 2, "the other is not written");
    let wrong = file(&folder, "wrong.txt", "BBBBB-12345\n");
    let run = office(&[&product[..], &["--key-file", text(&wrong)]].concat());
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains("[not-a-product-key]") && !run.stderr.contains("BBBBB"), "{}", run.stderr);
}

#[test]
fn a_profile_is_read_with_its_flags_and_its_slips_are_named() {
    let folder = TempDir::new().expect("a folder");
    let profile = file(
        &folder,
        "p.toml",
        "channel = 'MonthlyEnterprise'\n[[product]]\nid = 'O365ProPlusRetail'\nlanguages = ['de-de']\n",
    );
    let run = office(&["config", "--profile", text(&profile), "--channel", "SemiAnnual", "--no-comments", "--json"]);
    let text_of = run.json()["text"].as_str().expect("a text").to_owned();
    assert!(
        text_of.contains("Channel=\"SemiAnnual\"") && text_of.contains("de-de") && !text_of.contains("<!--"),
        "{text_of}"
    );
    let wrong = file(&folder, "w.toml", "channel = 'Current'\nlangages = []\n");
    let run = office(&["config", "--profile", text(&wrong)]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("line 2: unknown field `langages`"), "{}", run.stderr);
}

#[test]
fn everything_that_can_be_chosen_is_listed() {
    for (list, name) in [
        ("products", "ProPlus2024Volume"),
        ("channels", "PerpetualVL2024"),
        ("languages", "de-de"),
        ("apps", "Groove"),
        ("properties", "SharedComputerLicensing"),
    ] {
        assert!(office(&["config", "--list", list]).stdout.contains(name), "{list}");
        let json = office(&["config", "--list", list, "--json"]).json();
        assert!(json.as_array().is_some_and(|rows| rows.iter().all(|row| row["source"].is_string())), "{list}");
    }
}

/// A device has no contents to keep, and is not replaced.
#[test]
fn what_is_written_to_a_device_is_gone() {
    let device = if cfg!(windows) { "nul" } else { "/dev/null" };
    let words =
        ["office", "config", "--product", "ProPlus2024Volume", "--plan", "kms", "--language", "en-us", "-o", device];
    for _ in 0..2 {
        let run = leasehold(&words, b"");
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{run:?}");
    }
}
