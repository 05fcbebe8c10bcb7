//! One machine is one machine: no message, code or page says `1 machines`.

mod support;

use std::fs;
use std::path::Path;

use regex::Regex;
use support::program;

#[test]
fn one_of_something_is_told_in_the_singular() {
    let plural = Regex::new(r"(^|[^[:alnum:].:,-])1 (unbroken )?(?<noun>[a-z]+s)\b").expect("a pattern");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["", "docs", "docs/office"].map(|folder| root.join(folder));
    let pages = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("a folder"));
    let pages =
        pages.map(|page| page.expect("an entry").path()).filter(|page| page.extension().is_some_and(|end| end == "md"));
    let mut texts: Vec<String> = pages.map(|page| fs::read_to_string(page).expect("text")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("one.toml"), ONE_MACHINE).expect("a scenario");
    for line in LINES.lines() {
        let mut command = program();
        command.args(line.split(' ')).current_dir(folder.path()).env("LEASEHOLD_PASSPHRASE_FILE", "vendor/passphrase");
        let output = command.output().expect("a process");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        texts.extend([output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")));
    }
    for line in texts.iter().flat_map(|text| text.lines()) {
        let nouns = plural.captures_iter(line).map(|found| found["noun"].to_owned());
        let wrong: Vec<String> = nouns.filter(|noun| !SINGULAR.contains(&noun.as_str())).collect();
        assert!(wrong.is_empty(), "{wrong:?}: {line}");
    }
}

/// One of everything.
const LINES: &str = "\
quickstart --once --dir . --clients 1
vendor product add acme-one --title One --family one --threshold 1 --capacity 1
vendor key issue --family one --kind host --hosts 1 --activations 1 -o one.txt
vendor key issue --family one --kind multiple --machines 1 -o multiple.txt
vendor key list
vendor family list
host request --data h1 --key-file one.txt -o r.txt
vendor approve r.txt -o a.txt
host install a.txt --data h1
host renew --data h1 --show
inspect r.txt
vendor revoke --device 00000000-0000-0000-0000-000000000001
vendor revocations
vendor revocations -o list.lh
host install list.lh --data h1
host status --data host
host status --data h1
host clients --data host
host events --data host
store check host
journal export --data host -o j.lhj
journal verify j.lhj
store copy host copied
vendor export keys
simulate one.toml
explain";

/// A fleet of one machine, whose only host is away for a day.
const ONE_MACHINE: &str = r#"
begin = 2027-01-01
days = 30
policy.threshold = 1
machines = [{ name = "only", count = 1 }]
hosts = [{ name = "hq", down = [{ from = 2027-01-07, for = "1d" }] }]
"#;
/// A verb, a unit or a name that ends alike.
const SINGULAR: [&str; 4] = ["says", "is", "ms", "kms"];
