//! What a terminal sees, and what a file gets instead: tables at the widths of real terminals, colours, control codes.
//!
//! Terminals are those of `script`, which Linux has; what files get is the same on every platform.

mod support;

#[cfg(target_os = "linux")]
use std::collections::BTreeSet;
#[cfg(unix)]
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

#[cfg(unix)]
use leasehold_testkit::http::get;
#[cfg(target_os = "linux")]
use leasehold_testkit::process::contained;
#[cfg(unix)]
use support::Host;
use support::program;
#[cfg(target_os = "linux")]
use tempfile::TempDir;

/// A vendor, a host and machines, all with something to list.
#[cfg(target_os = "linux")]
fn estate() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "quickstart --once --dir . --clients 7");
    run(
        folder.path(),
        "vendor product add acme-sim --title Simulation_for_CAD --family sim --threshold 25 --capacity 50 --features simulation",
    );
    run(folder.path(), "vendor token add nightly --role read -o token.txt");
    run(
        folder.path(),
        "vendor key issue --family acme --kind multiple --machines 9 --customer Example_GmbH -o key.txt",
    );
    let clients = json(folder.path(), "host clients --data host");
    let device = clients[0]["client"].as_str().expect("an id");
    run(folder.path(), &format!("vendor revoke --device {device} --passphrase-file vendor/passphrase"));
    folder
}

#[cfg(target_os = "linux")]
const TABLES: &[&str] = &[
    "host status --data host",
    "host clients --data host",
    "host events --data host",
    "vendor product list",
    "vendor family list",
    "vendor key list",
    "vendor host list",
    "vendor token list",
    "vendor authority list",
    "vendor revocations",
    "vendor audit",
    "explain",
    "office explain",
    "office config --list products",
    "office config --list channels --sources",
    "office config --list properties",
];

#[cfg(target_os = "linux")]
#[test]
fn no_table_breaks_a_word_or_passes_the_edge_of_a_terminal() {
    let folder = estate();
    for table in TABLES {
        for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
            let (whole, shown) = at_one_moment(folder.path(), table, columns, rows);
            let mut known: BTreeSet<String> = whole.split_whitespace().map(str::to_owned).collect();
            known.extend(whole.split_whitespace().map(|word| word.chars().take(8).collect()));
            // Heads of records.
            known.extend(whole.split_whitespace().map(str::to_lowercase));
            assert!(shown.lines().count() > 1, "{table}: {shown}");
            for line in shown.lines() {
                let width = textwrap::core::display_width(line);
                assert!(width <= columns, "{table} at {columns} columns: {width}: {line}");
            }
            for word in shown.lines().filter(still).flat_map(str::split_whitespace) {
                assert!(known.contains(word), "{table} at {columns} columns: {word:?} in\n{shown}");
            }
            assert!(!shown.contains('\u{1b}'), "{table}: {shown}");
        }
    }
}

/// A table as a file gets it and as a terminal of this size shows it, of one moment: how far a time is from now changes by itself, and the
/// file's is the same before and after.
#[cfg(target_os = "linux")]
fn at_one_moment(folder: &Path, table: &str, columns: usize, rows: usize) -> (String, String) {
    let file = || run(folder, table).lines().filter(still).collect::<Vec<_>>().join("\n");
    let look = |_| {
        let (before, shown) = (file(), on_a_terminal(folder, table, columns, rows));
        (file() == before).then_some((before, shown))
    };
    (0..100).find_map(look).expect("times are told in minutes")
}

/// How much of the disk is free changes all the time.
#[cfg(target_os = "linux")]
fn still(line: &&str) -> bool {
    !line.starts_with("disk ")
}

#[cfg(target_os = "linux")]
#[test]
fn an_id_as_a_narrow_table_shows_it_is_taken_and_full_ids_are_shown_when_asked_for() {
    let folder = estate();
    let shown = on_a_terminal(folder.path(), "host clients --data host", 80, 24);
    let client = shown.lines().nth(2).and_then(|line| line.split(' ').next()).expect("an id").to_owned();
    assert_eq!(client.len(), 8, "{shown}");
    let rest = json(folder.path(), &format!("host clients --data host --after {client}"));
    assert_eq!(rest.as_array().expect("machines").len(), 5);
    assert_eq!(json(folder.path(), &format!("host clients forget {client} --data host"))["orders"], 1);
    let shown = on_a_terminal(folder.path(), "vendor host list", 80, 24);
    let whole = json(folder.path(), "vendor host list")[0]["subject"].clone();
    let host = &whole.as_str().expect("an id")[..8];
    assert!(shown.split_whitespace().any(|word| word == host), "{shown}");
    assert_eq!(json(folder.path(), &format!("vendor host show {host}"))[0]["subject"], whole);
    let full = on_a_terminal(folder.path(), "--full-ids vendor host list", 80, 24);
    assert!(full.contains(whole.as_str().expect("an id")), "{full}");
}

#[test]
fn logs_in_a_file_have_no_control_codes_unless_colours_are_forced() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = |name: &str, value: &str| {
        let mut command = command(folder.path(), "quickstart --once --dir . --clients 1");
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(variable);
        }
        let output = command.env("LEASEHOLD_LOG", "trace").env(name, value).output().expect("a process");
        assert!(output.status.success());
        assert!(!output.stderr.is_empty(), "it logs");
        output.stderr.contains(&ESCAPE)
    };
    assert!(!log("TERM", "xterm-256color"));
    assert!(log("CLICOLOR_FORCE", "1"));
    assert!(!log("NO_COLOR", "1"));
}

/// What serves is started, asked once and stopped; its two streams are a file. It logs that it is asked to stop, which signals of Unix do.
#[cfg(unix)]
#[test]
fn servers_write_no_control_codes_into_a_file_unless_colours_are_forced() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "quickstart --once --dir . --clients 1");
    let serve = |line: &str, variables: &[(&str, &str)]| {
        let log = File::create(folder.path().join("log")).expect("a file");
        let mut command = command(folder.path(), line);
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"] {
            command.env_remove(variable);
        }
        command.env("LEASEHOLD_LOG", "debug").env("LEASEHOLD_PASSPHRASE_FILE", "vendor/passphrase");
        command.envs(variables.iter().copied()).stderr(log);
        let server = Host::spawn(command);
        let _ = get(&server.address, "/healthz");
        server.stop();
        fs::read(folder.path().join("log")).expect("a log")
    };
    for line in [
        "--json host serve --data host --listen 127.0.0.1:0",
        "--json vendor serve --listen 127.0.0.1:0 --admin-listen none",
    ] {
        for (variables, coloured) in [
            (&[("TERM", "xterm-256color")][..], false),
            (&[("TERM", "dumb")], false),
            (&[("CLICOLOR", "1"), ("TERM", "xterm")], false),
            (&[("CLICOLOR_FORCE", "1"), ("TERM", "xterm")], true),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
            (&[("CLICOLOR_FORCE", "1"), ("LEASEHOLD_LOG_FORMAT", "json")], false),
        ] {
            let log = serve(line, variables);
            assert!(!log.is_empty(), "{line}: it logs");
            assert_eq!(log.contains(&ESCAPE), coloured, "{line} {variables:?}: {}", String::from_utf8_lossy(&log));
        }
    }
}

/// On a terminal logs are coloured; where it is dumb, or none are wanted, they are not.
#[cfg(target_os = "linux")]
#[test]
fn logs_on_a_terminal_are_coloured_unless_it_is_dumb_or_none_are_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let shown = |variables: &str| {
        let line = format!(
            "{variables} LEASEHOLD_LOG=trace {} quickstart --once --dir q$$ --clients 1",
            env!("CARGO_BIN_EXE_leasehold")
        );
        let mut command = contained("script");
        command.args(["-qec", &format!("env {line}"), "/dev/null"]).current_dir(folder.path());
        command.output().expect("the command script").stdout.contains(&ESCAPE)
    };
    assert!(shown("TERM=xterm-256color"));
    assert!(!shown("TERM=dumb"));
    assert!(!shown("TERM=xterm-256color NO_COLOR=1"));
    assert!(!shown("TERM=xterm-256color CLICOLOR=0"));
}

const ESCAPE: u8 = 0x1b;

/// What a command prints on standard output where that is a file.
#[cfg(unix)]
fn run(folder: &Path, arguments: &str) -> String {
    let output = command(folder, arguments).output().expect("a process");
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[cfg(target_os = "linux")]
fn json(folder: &Path, arguments: &str) -> serde_json::Value {
    serde_json::from_str(&run(folder, &format!("--json {arguments}"))).expect("JSON")
}

fn command(folder: &Path, arguments: &str) -> Command {
    let mut command = program();
    command.args(arguments.split(' ')).current_dir(folder).env_remove("LEASEHOLD_VENDOR_DIR");
    command
}

/// What it prints on a terminal of this size.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Path, arguments: &str, columns: usize, rows: usize) -> String {
    let program = env!("CARGO_BIN_EXE_leasehold");
    let line = format!("stty cols {columns} rows {rows} && exec {program} {arguments} 2>/dev/null");
    let output = contained("script").args(["-qec", &line, "/dev/null"]).current_dir(folder).output();
    let output = output.expect("the command script, which every Debian has");
    let text = String::from_utf8(output.stdout).expect("text").replace("\r\n", "\n");
    assert!(output.status.success(), "{arguments}: {text}");
    text
}
