//! What commands print with `--json` is what `docs/schemas` says, errors included.

mod command_list;
mod schema;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use schema::fits;
use serde_json::{Value, json};
use support::{Host, program};

/// The schema and the command, in order; `=NAME PATH` behind a command keeps a value of what it prints. What serves goes on beside
/// those that follow. Where a command prints an object a line, the second schema is that of the last one.
const LINES: &str = "\
quickstart: quickstart --once --dir . --clients 7
testhost: testhost --dir test
client-agent: client agent --products . --socket $SOCKET --no-dns
vendor-product-add: vendor product add acme-sim --title Sim --family sim --threshold 25 --capacity 50 --features simulation
vendor-product-show: vendor product show acme-sim
vendor-product-change: vendor product set acme-sim --title Simulation --service acme --mode advise
vendor-product-change: vendor product withdraw acme-sim
vendor-product-list: vendor product list
vendor-product-change: vendor product restore acme-sim
vendor-family-show: vendor family show acme
vendor-family-change: vendor family set sim --grace 20d --end 2099-01-01
vendor-family-change: vendor family withdraw sim
vendor-family-list: vendor family list
vendor-family-change: vendor family restore sim
vendor-key-issue: vendor key issue --family acme --kind multiple --machines 9 --customer Example -o m.txt
vendor-key-issue: vendor key issue --family acme --kind host -o k.txt =KEY /last_five
vendor-key-list: vendor key list
vendor-key-show: vendor key show $KEY
vendor-key-change: vendor key set $KEY --hosts 8 --customer B --end 2099-01-01
host-request: host request --data h2 --key-file k.txt
host-request: host request --data h2 --key-file k.txt -o r.txt
vendor-approve: vendor approve r.txt
vendor-approve: vendor approve r.txt -o a.txt
host-install: host install a.txt --data h2
vendor-host-list: vendor host list --key $KEY =HOST /0/subject
vendor-host-show: vendor host show $HOST
vendor-manifest: vendor manifest acme-cad
vendor-manifest: vendor manifest acme-cad -o x.lh
client-request: client request --manifest acme-cad.lh --state mine --key-file m.txt
client-request: client request --manifest acme-cad.lh --state mine --key-file m.txt -o mr.txt
client-request: client request --manifest acme-cad.lh --state mine --key-file m.txt --qr
client-request: client request --state clients/2 --for-host -o lr.txt
host-lease: host lease lr.txt --data host
host-lease: host lease lr.txt --data host -o la.txt
client-status: client status --manifest acme-cad.lh --state mine
vendor-approve: vendor approve mr.txt -o ma.txt
vendor-approve: vendor approve mr.txt --qr
vendor-approve-batch: vendor approve mr.txt r.txt
client-install: client install ma.txt --manifest acme-cad.lh --state mine
client-status: client status --manifest acme-cad.lh --state mine
client-status: client status --manifest acme-cad.lh --state clients/1
vendor-machine-list: vendor machine list
vendor-directory-list: vendor directory list
admin-change: vendor admin add ann --no-password
admin-list: vendor admin list
admin-link: vendor admin link ann
admin-change: vendor admin password ann --password-file vendor/passphrase
admin-change: vendor admin remove ann
vendor-token-add: vendor token add nightly
vendor-token-add: vendor token add two -o t.txt
vendor-token-revoke: vendor token revoke two
vendor-token-list: vendor token list
vendor-authority-list: vendor authority list
host-clients: host clients --data host =CLIENT /0/client
host-clients-users: host clients --users --data host
client-sign-out: client sign-out --manifest acme-cad.lh --state clients/1
vendor-revoke: vendor revoke --device $CLIENT
vendor-revoke: vendor host revoke $HOST
vendor-host-list: vendor host list
vendor-revocations: vendor revocations
vendor-revocations: vendor revocations -o list.lh
host-install-list: host install list.lh --data host
vendor-key-change: vendor key withdraw $KEY
vendor-key-list: vendor key list
vendor-audit: vendor audit
vendor-usage: vendor usage
vendor-export-keys: vendor export keys
vendor-export-hosts: vendor export hosts
vendor-export-machines: vendor export machines
vendor-export-usage: vendor export usage
host-status: host status --data host
host-events: host events --data host
host-clients-order: host clients forget $CLIENT --data host
host-backup: host backup b.tar --data host
host-restore: host restore b.tar --data h3
store-check: store check host
journal-export: journal export --data host -o j.lhj
journal-verify: journal verify j.lhj
journal-verify: journal verify j.lhj --previous j.lhj --lease la.txt
journal-explain: journal explain $CLIENT j.lhj
vendor-usage-journals: vendor usage --journal j.lhj
explain: explain
explain-code: explain busy
explain-word: explain seal
explain-words: explain --words
inspect: inspect acme-cad.lh
inspect: inspect r.txt
inspect: inspect a.txt
inspect: inspect list.lh
inspect: inspect vendor
simulate: simulate --sample imaging --days 40 --outage 2027-08-20/2d
doctor: doctor --manifest acme-cad.lh --state mine --host 127.0.0.1:1 --timeout 50
host-doctor: host doctor --data host --server 127.0.0.1:1
admin-change: host admin add ann --no-password --data host
admin-list: host admin list --data host
admin-link: host admin link ann --data host
admin-change: host admin password ann --password-file vendor/passphrase --data host
admin-change: host admin remove ann --data host
host-token-add: host token add desk --data host
host-token-add: host token add two --data host -o two.txt
host-token-revoke: host token revoke two --data host
host-token-list: host token list --data host
office-explain: office explain
office-config-list: office config --list products
office-plan: office plan --office 30 --windows-clients 20 --windows-servers 4 --mak-left 10
office-plan: office plan --office 30 --release 2024 --licence volume --domain none --internet never --network isolated
office-lint: office lint $FIXTURES/odt --plan kms
office-hunt: office hunt $FIXTURES --own kms01.contoso.com
office-status, office-status-summary: office status $FIXTURES --collected 2026-11-20
office-status, office-status-summary: office status $FIXTURES --collected 2026-11-20 --sources
office-doctor: office doctor corp.test --server 127.0.0.1:1 --timeout 50
vendor-init: vendor init --name Other --dir other
vendor-product-add: vendor product add acme-one --title One --family one --threshold 1
vendor-manifest: vendor manifest acme-one -o one.lh
vendor-key-issue: vendor key issue --family one --kind host -o one.txt =ONE /last_five
vendor-serve: vendor serve --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 =AUTHORITY /address
host-activate: host activate --authority $AUTHORITY --data h4 --key-file one.txt
host-renew: host renew --data h4
host-renew-show: host renew --data h4 --show
store-upgrade: host serve --check-upgrade --data host
store-upgrade: vendor serve --check-upgrade
host-serve: host serve --data h4 --listen 127.0.0.1:0 =SERVER /address
client-status: client activate --manifest one.lh --state own --no-dns --host $SERVER
client-status: client renew --state own --no-dns
client-status: client borrow --state own --no-dns --for 3d
host-renew-show: host renew --data h4 --show
host-status: host status --data h4
vendor-usage: vendor usage
vendor-key-show: vendor key show $ONE
host-healthcheck: host healthcheck --listen $SERVER
client-release: client release --state own --no-dns
client-release: client release --state own --no-dns
client-generalize: client generalize --state own
client-release: client release --state own --no-dns
client-release: client release --state mine --no-dns
host-check-config: host check-config host.toml --data h4
host-check-config: host check-config host.toml --syntax
store-copy: store copy host copied
store-migrate: store migrate host
host-dns-change: host dns publish --data h4 --zone corp.test --target l.corp.test --server 127.0.0.1:1
host-dns-change: host dns withdraw --data h4 --zone corp.test --target l.corp.test --server 127.0.0.1:1
host-dns-show: host dns show --data h4 --zone corp.test --target l.corp.test --server 127.0.0.1:1
vendor-manifest: vendor manifest acme-one -o two.lh =GENERIC /generic_key
inspect-key: inspect --key $GENERIC
inspect-key: inspect --key 5KJ7Q-TQ9ZQ-G9GVH-8HV0X-2TN4J
vendor-authority-rotate: vendor authority rotate --root-passphrase-file vendor/passphrase
vendor-authority-list: vendor authority list =FORMER /0/authority
vendor-revoke: vendor authority revoke $FORMER
vendor-revoke: vendor key revoke $ONE
vendor-host-show: vendor host show $HOST
";

/// What is held against its schema where a directory runs (`directory`).
const WITH_A_DIRECTORY: &[&str] = &["directory-publish", "directory-request", "directory-show", "directory-withdraw"];

/// Commands that print no JSON, or the same as another.
const WITHOUT: &str = "\
directory publish: needs the server of a directory: its own test holds it against its schema
directory request: as before
directory show: as before
directory withdraw: as before
vendor directory show: as before
vendor directory revoke: prints as `vendor revoke` does
client sign-in: needs an identity provider; prints as `client activate` does
client devices: needs one too: `sign_in.rs` holds it against its schema
completions: a script for a shell
man: a page for `man`
office config: writes a deployment file
vendor machine show: as `vendor host show`
vendor machine revoke: as `vendor host revoke`
host clients end: as `host clients forget`
client agent service install: on Windows alone; `host_service.rs` looks at it there
client agent service uninstall: on Windows alone; `host_service.rs` looks at it there
client agent service start: on Windows alone; `host_service.rs` looks at it there
client agent service stop: on Windows alone; `host_service.rs` looks at it there
client agent service status: on Windows alone; `host_service.rs` looks at it there
host service install: on Windows alone; `host_service.rs` looks at it there
host service uninstall: on Windows alone; `host_service.rs` looks at it there
host service start: on Windows alone; `host_service.rs` looks at it there
host service stop: on Windows alone; `host_service.rs` looks at it there
host service status: on Windows alone; `host_service.rs` looks at it there
vendor service install: on Windows alone; `host_service.rs` looks at it there
vendor service uninstall: on Windows alone; `host_service.rs` looks at it there
vendor service start: on Windows alone; `host_service.rs` looks at it there
vendor service stop: on Windows alone; `host_service.rs` looks at it there
vendor service status: on Windows alone; `host_service.rs` looks at it there
";

#[test]
fn what_every_command_prints_as_json_is_as_its_schema_says() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("host.toml"), "listen = \"127.0.0.1:1\"\n").expect("a file");
    let mut servers = Vec::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/office/data/fixtures");
    let pipe = format!(r"\\.\pipe\leasehold-test-json-{}", std::process::id());
    let socket = if cfg!(windows) { pipe } else { "agent.sock".to_owned() };
    let mut known =
        BTreeMap::from([("FIXTURES".to_owned(), fixtures.display().to_string()), ("SOCKET".to_owned(), socket)]);
    let mut wrong = Vec::new();
    for line in LINES.lines() {
        let (schema, command) = line.split_once(": ").expect("a schema and a command");
        let (command, keep) = command.split_once(" =").map_or((command, None), |(command, keep)| (command, Some(keep)));
        let command =
            known.iter().fold(command.to_owned(), |line, (name, value)| line.replace(&format!("${name}"), value));
        let serves =
            ["host serve", "vendor serve", "testhost", "client agent"].iter().any(|serves| command.starts_with(serves));
        let values = if serves && !command.contains("--check-upgrade") {
            let server = Host::spawn(line_of(folder.path(), &command));
            let said = server.said.clone();
            servers.push(server);
            vec![said]
        } else {
            printed(folder.path(), &command)
        };
        let (each, last) = schema.split_once(", ").unwrap_or((schema, schema));
        let (end, lines) = values.split_last().unwrap_or_else(|| panic!("{command}: nothing is printed"));
        for (value, schema) in lines.iter().map(|line| (line, each)).chain([(end, last)]) {
            wrong.extend(schema::differs(value, schema).map(|found| format!("{command}: {found}")));
        }
        if let Some((name, path)) = keep.and_then(|keep| keep.split_once(' ')) {
            let value = end.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("{command}: {end}"));
            known.insert(name.to_owned(), value.trim_start_matches("http://").to_owned());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let used = LINES.lines().filter_map(|line| line.split(':').next()).flat_map(|names| names.split(", "));
    // A user's devices need an identity provider: `sign_in.rs` tries them.
    let used: Vec<&str> = used.chain(WITH_A_DIRECTORY.iter().copied()).chain(["error", "client-devices"]).collect();
    for entry in fs::read_dir(schema::folder()).expect("the schemas") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(path.extension().is_none_or(|kind| kind != "json") || used.contains(&name), "{name} is not tried");
    }
}

/// A command that is added is added here too, or to [`WITHOUT`] with its reason.
#[test]
fn every_command_has_a_schema_that_its_output_is_held_against() {
    let mut commands = command_list::all();
    let lines = LINES.lines().filter_map(|line| line.split_once(": ").map(|(_, command)| command));
    let known: Vec<&str> = lines.chain(WITHOUT.lines().filter_map(|line| line.split(':').next())).collect();
    let is_known =
        |command: &String| known.iter().any(|line| *line == command || line.starts_with(&format!("{command} ")));
    commands.retain(|command| !is_known(command));
    assert!(commands.is_empty(), "{commands:?}");
}

#[test]
fn every_schema_says_of_what_its_lists_and_objects_are() {
    for entry in fs::read_dir(schema::folder()).expect("the schemas") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|kind| kind == "json") {
            let text = fs::read_to_string(&path).expect("text");
            let schema = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let vague = schema::vague(&schema, "");
            assert!(vague.is_empty(), "{}: {vague:?}", path.display());
        }
    }
}

#[test]
fn every_error_is_json_too_with_code_message_and_hint() {
    let folder = tempfile::tempdir().expect("a folder");
    for (line, code) in [
        ("vendor key list", "not-initialised"),
        ("vendor key lst", "usage"),
        ("vendor init", "usage"),
        ("inspect no-such-file", "file"),
        ("explain xyzzy", "usage"),
        ("host status --data none", "not-initialised"),
        ("host clients --data none --limit 0", "usage"),
        ("client status --manifest none", "file"),
    ] {
        let output = run(folder.path(), line);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{line}");
        let talk = String::from_utf8(output.stderr).expect("text");
        let last = talk.lines().last().unwrap_or_default();
        let value: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{line}: {error}: {talk}"));
        assert_eq!(schema::differs(&value, "error"), None, "{line}");
        assert_eq!(value["error"]["code"], code, "{line}: {talk}");
    }
}

#[test]
fn a_missing_command_is_told_the_same_way_whatever_is_set() {
    let told = |folder: Option<&str>| {
        let mut command = program();
        command.args(["--json", "vendor"]).envs(folder.map(|folder| ("LEASEHOLD_VENDOR_DIR", folder)));
        String::from_utf8(command.output().expect("a process").stderr).expect("text")
    };
    assert!(told(None).contains("a command is missing"), "{}", told(None));
    assert_eq!(told(None), told(Some("/srv/vendor")));
}

#[test]
fn a_product_key_in_a_wrong_command_line_is_not_told_however_it_was_typed() {
    for between in ["-", " ", "  ", "\t", "\n"] {
        let key = ["QPZRY", "9X8GF", "2TVDW", "0S3JN", "54KHC"].join(between);
        for words in [vec![&*key], vec!["vendor", "key", "issue", &key], vec!["vendor", "key", &key]] {
            for output in [program().args(&words).output(), program().arg("--json").args(&words).output()] {
                let talk = String::from_utf8(output.expect("a process").stderr).expect("text");
                assert!(talk.contains("[product key]") && !talk.contains("2TVDW"), "{words:?}: {talk}");
            }
        }
    }
}

#[test]
fn a_value_that_a_schema_does_not_allow_is_found() {
    let schema = json!({ "type": "object", "properties": { "at": { "type": ["integer", "null"] } }, "required": ["at"],
        "additionalProperties": false });
    assert_eq!(fits(&json!({ "at": null }), &schema, ""), Ok(()));
    for wrong in [json!({}), json!({ "at": "x" }), json!({ "at": 1, "more": 2 }), json!([])] {
        assert!(fits(&wrong, &schema, "").is_err(), "{wrong}");
    }
    let list = json!({ "type": "array", "items": schema });
    assert!(fits(&json!([{ "at": 1 }, { "at": true }]), &list, "").is_err());
}

fn run(folder: &Path, line: &str) -> Output {
    line_of(folder, line).output().expect("a process")
}

/// The values that it prints on standard output.
fn printed(folder: &Path, line: &str) -> Vec<Value> {
    let output = run(folder, line);
    let values = serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<_, _>>();
    values.unwrap_or_else(|error| panic!("{line}: {error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// `leasehold --json` with this line, in a vendor's folder.
fn line_of(folder: &Path, line: &str) -> Command {
    let mut command = program();
    command.arg("--json").args(line.split(' ')).current_dir(folder);
    command.env("LEASEHOLD_PASSPHRASE_FILE", "vendor/passphrase");
    command
}
