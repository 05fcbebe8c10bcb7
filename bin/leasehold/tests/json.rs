//! What commands print with `--json` is what `docs/schemas` says, errors included.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use support::program;

/// The schema and the command, in order; `=NAME PATH` behind a command keeps a value of what it prints. Where a command prints
/// an object a line, the second schema is that of the last one.
const LINES: &str = "\
quickstart: quickstart --once --dir . --clients 7
vendor-product-add: vendor product add acme-sim --title Sim --family sim --threshold 25 --capacity 50 --features simulation
vendor-product-show: vendor product show acme-sim
vendor-product-change: vendor product set acme-sim --title Simulation --service acme --mode advise
vendor-product-change: vendor product withdraw acme-sim
vendor-product-list: vendor product list
vendor-product-change: vendor product restore acme-sim
vendor-family-show: vendor family show acme
vendor-family-change: vendor family set sim --grace 20d --end 2031-01-01
vendor-family-change: vendor family withdraw sim
vendor-family-list: vendor family list
vendor-family-change: vendor family restore sim
vendor-key-issue: vendor key issue --family acme --kind multiple --machines 9 --customer Example -o m.txt
vendor-key-issue: vendor key issue --family acme --kind host -o k.txt =KEY /last_five
vendor-key-list: vendor key list
vendor-key-show: vendor key show $KEY
vendor-key-change: vendor key set $KEY --hosts 8 --customer B --end 2031-01-01
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
client-status: client status --manifest acme-cad.lh --state mine
vendor-approve: vendor approve mr.txt -o ma.txt
client-install: client install ma.txt --manifest acme-cad.lh --state mine
client-status: client status --manifest acme-cad.lh --state mine
client-status: client status --manifest acme-cad.lh --state clients/1
vendor-machine-list: vendor machine list
vendor-token-add: vendor token add nightly
vendor-token-add: vendor token add two -o t.txt
vendor-token-revoke: vendor token revoke two
vendor-token-list: vendor token list
vendor-authority-list: vendor authority list
host-clients: host clients --data host =CLIENT /0/client
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
explain: explain
explain-code: explain busy
explain-word: explain seal
explain-words: explain --words
inspect: inspect acme-cad.lh
inspect: inspect r.txt
inspect: inspect a.txt
inspect: inspect list.lh
inspect: inspect vendor
doctor: doctor --manifest acme-cad.lh --state mine --host 127.0.0.1:1 --timeout 50
host-doctor: host doctor --data host
office-explain: office explain
office-config-list: office config --list products
office-plan: office plan --office 30 --windows-clients 20 --windows-servers 4 --mak-left 10
office-plan: office plan --office 30 --release 2024 --licence volume --domain none --internet never --network isolated
office-lint: office lint $FIXTURES/odt --plan kms
office-hunt: office hunt $FIXTURES --own kms01.contoso.com
office-status, office-status-summary: office status $FIXTURES --collected 2026-11-20
office-status, office-status-summary: office status $FIXTURES --collected 2026-11-20 --sources
";

#[test]
fn what_every_command_prints_as_json_is_as_its_schema_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/office/data/fixtures");
    let mut known = BTreeMap::from([("FIXTURES".to_owned(), fixtures.display().to_string())]);
    let mut wrong = Vec::new();
    for line in LINES.lines() {
        let (schema, command) = line.split_once(": ").expect("a schema and a command");
        let (command, keep) = command.split_once(" =").map_or((command, None), |(command, keep)| (command, Some(keep)));
        let command =
            known.iter().fold(command.to_owned(), |line, (name, value)| line.replace(&format!("${name}"), value));
        let output = run(folder.path(), &command);
        let values: Vec<Value> = serde_json::Deserializer::from_slice(&output.stdout)
            .into_iter()
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("{command}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
        let (each, last) = schema.split_once(", ").unwrap_or((schema, schema));
        let (end, lines) = values.split_last().unwrap_or_else(|| panic!("{command}: nothing is printed: {output:?}"));
        for (value, schema) in lines.iter().map(|line| (line, each)).chain([(end, last)]) {
            if let Err(found) = fits(value, &schema_named(schema), "") {
                wrong.push(format!("{command}: docs/schemas/{schema}.json: {found}"));
            }
        }
        if let Some((name, path)) = keep.and_then(|keep| keep.split_once(' ')) {
            let value = end.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("{command}: {end}"));
            known.insert(name.to_owned(), value.to_owned());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let used = LINES.lines().filter_map(|line| line.split(':').next()).flat_map(|names| names.split(", "));
    let used: Vec<&str> = used.chain(["error", "inspect-key"]).collect();
    for entry in fs::read_dir(schemas()).expect("the schemas") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(path.extension().is_none_or(|kind| kind != "json") || used.contains(&name), "{name} is not tried");
    }
}

#[test]
fn every_error_is_json_too_with_code_message_and_hint() {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = schema_named("error");
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
        fits(&value, &schema, "").unwrap_or_else(|wrong| panic!("{line}: {wrong}"));
        assert_eq!(value["error"]["code"], code, "{line}: {talk}");
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
    let mut command = program();
    command.arg("--json").args(line.split(' ')).current_dir(folder);
    command.env("LEASEHOLD_PASSPHRASE_FILE", "vendor/passphrase").output().expect("a process")
}

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas")
}

fn schema_named(name: &str) -> Value {
    let text =
        fs::read_to_string(schemas().join(format!("{name}.json"))).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).expect("JSON")
}

/// Whether `value` is as `schema` says, by the words of JSON Schema that ours use; else where it is not.
fn fits(value: &Value, schema: &Value, path: &str) -> Result<(), String> {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        Value::Array(kinds) => kinds.contains(&json!(kind)),
        Value::Null => true,
        one => one == kind,
    };
    if !allowed {
        return Err(format!("{path}: {kind}, not {}", schema["type"]));
    }
    let items = value.as_array().filter(|_| schema["items"].is_object());
    for (at, item) in items.into_iter().flatten().enumerate() {
        fits(item, &schema["items"], &format!("{path}/{at}"))?;
    }
    let Some(members) = value.as_object() else { return Ok(()) };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            return Err(format!("{path}: {name} is missing"));
        }
    }
    for (name, member) in members {
        let rest = &schema["additionalProperties"];
        match (&schema["properties"][name], rest) {
            (Value::Null, Value::Bool(false)) => return Err(format!("{path}: {name} is not known")),
            (Value::Null, rest) => fits(member, rest, &format!("{path}/{name}"))?,
            (property, _) => fits(member, property, &format!("{path}/{name}"))?,
        }
    }
    Ok(())
}
