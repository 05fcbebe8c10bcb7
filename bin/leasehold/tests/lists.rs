//! Lists: which rows are shown, in which order, how many, and that there are more.

mod support;

use std::path::Path;

use serde_json::Value;
use support::program;
use tempfile::TempDir;

#[test]
fn every_list_has_an_order_and_a_limit_in_the_same_words() {
    for list in LISTS.iter().chain(&["host clients", "host events"]) {
        let help = run(Path::new("."), &format!("{list} --help")).0;
        for option in ["--sort <ORDER>", "--limit <N>"] {
            assert!(help.contains(option), "{list}: {option} in {help}");
        }
    }
}

#[test]
fn a_list_that_is_cut_short_says_so() {
    let folder = estate();
    for (list, all) in LISTS.iter().zip([3, 2, 4, 2, 3, 1, 3, 10]) {
        let (rows, talk) = run(folder.path(), &format!("--json {list} --limit 1"));
        assert_eq!(rows_of(&rows).len(), 1, "{list}");
        let more =
            if *list == "vendor audit" { "there are older ones".to_owned() } else { format!("1 of {all} are shown") };
        assert!(talk.contains(&more) == (all > 1), "{list}: {talk}");
        let (rows, talk) = run(folder.path(), &format!("--json {list}"));
        assert!(!talk.contains(" are shown") && !talk.contains("older"), "{list}: {talk}");
        assert!(rows_of(&rows).len() >= all, "{list}: {rows}");
    }
}

#[test]
fn each_order_of_each_list_is_kept() {
    let folder = estate();
    for (list, orders) in [
        ("vendor product list", "product:product number:number family:family title:title"),
        ("vendor family list", "family:family number:number"),
        ("vendor key list", "oldest:issued family:family customer:customer newest: free: expires:"),
        ("vendor host list", "first:first key:last_five name:name customer:customer last: expires:expires"),
        ("vendor token list", "name:name newest: used: expires:"),
        ("vendor authority list", "oldest:not_before expires:expires newest:"),
        ("vendor revocations", "oldest:revoked newest:"),
        ("vendor usage", "oldest: newest: customer: family: peak:"),
        ("vendor audit", "oldest:number newest:"),
    ] {
        for (order, column) in orders.split(' ').map(|order| order.split_once(':').expect("a column")) {
            let rows = rows_of(&run(folder.path(), &format!("--json {list} --sort {order}")).0);
            let keys: Vec<_> = rows.iter().map(|row| key(&row[column])).collect();
            let sorted = column == "last_five" || keys.is_sorted();
            assert!(column.is_empty() || sorted, "{list} --sort {order}: {keys:?}");
        }
    }
}

#[test]
fn a_list_shows_what_is_asked_for_and_says_where_nothing_is() {
    let folder = estate();
    for (line, count) in [
        ("vendor product list --name SIM", 1),
        ("vendor product list --family acme", 2),
        ("vendor family list --name sim", 1),
        ("vendor key list --kind multiple", 1),
        ("vendor key list --customer B", 2),
        ("vendor key list --family sim", 1),
        ("vendor key list --expiring 10d", 0),
        ("vendor host list --name HOST2", 1),
        ("vendor host list --customer A", 1),
        ("vendor host list --expiring 3000d", 2),
        ("vendor token list --name T", 2),
        ("vendor token list --expiring 30000d", 1),
        ("vendor authority list --expiring 10d", 0),
        ("vendor revocations --kind document", 1),
        ("vendor audit --what token", 3),
        ("vendor audit --subject acme-sim", 1),
        ("vendor audit --by nobody", 0),
    ] {
        assert_eq!(rows_of(&run(folder.path(), &format!("--json {line}")).0).len(), count, "{line}");
        let (data, talk) = run(folder.path(), line);
        let empty = talk.contains("as asked for");
        assert!(if count == 0 { data.is_empty() && empty } else { !data.is_empty() && !empty }, "{line}: {data}{talk}");
    }
}

const LISTS: [&str; 8] = [
    "vendor product list",
    "vendor family list",
    "vendor key list",
    "vendor host list",
    "vendor token list",
    "vendor authority list",
    "vendor revocations",
    "vendor audit",
];

/// A vendor with some of everything that is listed.
fn estate() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), "quickstart --once --dir . --clients 1");
    for line in [
        "vendor product add acme-sim --title Zim --family sim",
        "vendor product add acme-cam --title Cam --family acme",
        "vendor key issue --family sim --kind host --customer B -o sim.txt",
        "vendor key issue --family acme --kind host --customer A -o cam.txt",
        "vendor key issue --family acme --kind multiple --machines 5 --customer B -o multiple.txt",
        "host request --data h2 --key-file cam.txt --name host2 -o r.txt",
        "vendor approve r.txt -o a.txt",
        "vendor token add one",
        "vendor token add two --expires 2090-01-01",
        "vendor token add three",
        "vendor revoke --device 00000000-0000-0000-0000-000000000001",
        "vendor revoke --document 00000000000000000000000000000002",
        "vendor revoke --device 00000000-0000-0000-0000-000000000003",
    ] {
        run(folder.path(), line);
    }
    folder
}

fn run(folder: &Path, line: &str) -> (String, String) {
    let mut command = program();
    command.args(line.split(' ')).current_dir(folder).env("LEASEHOLD_PASSPHRASE_FILE", "vendor/passphrase");
    let output = command.output().expect("a process");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let (data, talk) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{line}: {talk}");
    (data, talk)
}

/// The rows of a list, or of what is told beside it.
fn rows_of(text: &str) -> Vec<Value> {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let rows = if value.is_array() { &value } else { &value["entries"] };
    rows.as_array().unwrap_or_else(|| panic!("{text}")).clone()
}

/// By which a column sorts: what is not there comes last.
fn key(value: &Value) -> (bool, u64, String) {
    (value.is_null(), value.as_u64().unwrap_or_default(), value.as_str().unwrap_or_default().to_lowercase())
}
