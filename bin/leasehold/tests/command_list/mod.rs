//! All commands of the program, as its help tells them.

use std::collections::BTreeSet;

use leasehold_testkit::process::contained;

/// All commands that have none below them: `host clients end`.
pub(crate) fn all() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect("", &mut found);
    assert!(found.len() > 60, "{found:?}");
    found
}

fn collect(path: &str, found: &mut BTreeSet<String>) {
    let mut command = contained(env!("CARGO_BIN_EXE_leasehold"));
    command.args(path.split(' ').filter(|word| !word.is_empty())).arg("--help");
    let help = String::from_utf8(command.output().expect("a process").stdout).expect("text");
    let Some((_, below)) = help.split_once("\nCommands:\n") else {
        found.insert(path.to_owned());
        return;
    };
    // A description that is broken up goes on further to the right.
    let names = below.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        collect(format!("{path} {name}").trim_start(), found);
    }
}
