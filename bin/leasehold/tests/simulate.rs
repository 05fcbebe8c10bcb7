//! `leasehold simulate`: samples, scenarios of one's own, files, and what cannot be simulated.

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::program;

fn run(folder: &Path, line: &str) -> (bool, String, String) {
    let output = program().args(line.split_whitespace()).current_dir(folder).output().expect("a process");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn each_sample_answers_its_question_and_can_be_printed_and_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    for (sample, days, answer) in [
        ("away", "120", "none loses its lease"),
        ("threshold", "365", "is no longer met from 2027-08"),
        ("imaging", "60", "The busiest second is at 2027-09-06 06:"),
        ("growth", "3", "The threshold of 25 is met"),
        ("clocks", "150", "Refused as clock-behind"),
    ] {
        let (done, told, talk) = run(folder.path(), &format!("simulate --sample {sample} --days {days}"));
        assert!(done && told.contains(answer), "{sample}: {told}{talk}");
        let (_, text, _) = run(folder.path(), &format!("simulate --sample {sample} --print"));
        fs::write(folder.path().join("own.toml"), &text).expect("a file");
        let own = run(folder.path(), &format!("simulate own.toml --days {days}"));
        assert_eq!(own.1, told, "{sample}: a printed sample is the sample");
    }
}

#[test]
fn an_outage_and_a_seed_of_ones_own_change_the_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |line: &str| run(folder.path(), &format!("simulate --sample threshold --days 60 --json {line}")).1;
    assert_eq!(of(""), of("--seed 1"));
    assert_ne!(of(""), of("--seed 2"));
    let value: Value = serde_json::from_str(&of("--outage 2027-05-20/9d")).expect("JSON");
    assert_eq!(value["outages"][0]["missed"], 27, "{value:#}");
    for (outage, words) in [
        ("2027-04-01/9d", "before the first day"),
        ("2027-05-02/1d", "before the first day"),
        ("2028-05-20/9d", "after the last day"),
    ] {
        let (_, told, _) = run(folder.path(), &format!("simulate --sample threshold --days 9 --outage {outage}"));
        assert!(told.contains(&format!("that is {words} that is simulated")), "{outage}: {told}");
    }
}

#[test]
fn a_page_and_a_table_are_written_whole_and_overwrite_nothing_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = "simulate --sample threshold --days 30 --html a.html --csv a.csv";
    assert!(run(folder.path(), line).0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
    assert_eq!(read("a.csv").lines().count(), 31);
    assert!(read("a.html").contains("A small site in summer") && read("a.html").ends_with("</html>"));
    let (done, _, talk) = run(folder.path(), line);
    assert!(!done && talk.contains("[already-exists]"), "{talk}");
    assert!(run(folder.path(), &format!("{line} --force")).0);
    assert!(run(folder.path(), "simulate --sample threshold --days 30 --csv -").1.contains("2027-05-03,"));
}

#[test]
fn what_cannot_be_simulated_is_told_with_the_place_and_a_way_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = "begin = 2027-01-01\ndays = 10\n";
    let machines = "[[machines]]\nname = \"a\"\ncount = 3\n";
    let hosts = "[[hosts]]\nname = \"h\"\n";
    for (text, told) in [
        (String::new(), "missing field `begin`"),
        (head.to_owned(), "no hosts"),
        (format!("{head}{hosts}"), "no machines"),
        (format!("{head}{machines}from = 2026-01-01\n{hosts}"), "machines a: from: must not be before"),
        (format!("{head}[policy]\nthreshold = 0\n{machines}{hosts}"), "policy: threshold 0"),
        (format!("{head}{machines}hours = \"17:00-07:00\"\n{hosts}"), "machines a: hours: must end later"),
        (format!("{head}{machines}{hosts}dwon = []\n"), "unknown key dwon"),
        (format!("{head}{machines}{hosts}down = [{{ from = 2027-01-02, for = \"0s\" }}]\n"), "host h"),
    ] {
        fs::write(folder.path().join("own.toml"), &text).expect("a file");
        let (done, _, talk) = run(folder.path(), "simulate own.toml");
        assert!(!done && talk.contains(told) && talk.contains("scenario own.toml: "), "{text}: {talk}");
        assert!(talk.contains("[bad-configuration]") && talk.contains("--print"), "{talk}");
    }
    for (line, told) in [
        ("simulate", "--sample away"),
        ("simulate nowhere.toml", "[file]"),
        ("simulate own.toml --sample away", "cannot be used with"),
        ("simulate --sample away --outage 2027-03-01", "an outage is written like 2027-03-01/21d"),
        ("simulate --sample away --days 4000", "from 1 to 3650"),
    ] {
        let (done, _, talk) = run(folder.path(), line);
        assert!(!done && talk.contains(told), "{line}: {talk}");
    }
}
