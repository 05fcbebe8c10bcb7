//! `lint` from outside: every rule broken and kept, changes that keep a file's form, hostile files.

mod fixes;
mod hostile;
mod rules;
mod sarif;

use leasehold_office::lint::{Context, Report, lint};

/// The ids of the rules that a file breaks, each once.
fn broken(report: &Report) -> Vec<&str> {
    let mut rules: Vec<&str> = report.findings.iter().map(|finding| finding.rule.id.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// The findings of a text that nothing more is known about.
fn plain(text: &str) -> Report {
    lint(text.as_bytes(), &Context::default())
}
