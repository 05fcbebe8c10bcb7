//! Findings for people and for programs.

use serde_json::{Value, json};

use super::finding::{Finding, Outcome, cause};
use crate::output::{self, Output};

/// A line for each, and what to do about those that are worth a word.
pub(super) fn print(findings: &[Finding], output: Output) {
    match output {
        Output::Json => output::json(&json!({
            "checks": findings.iter().map(check).collect::<Vec<_>>(),
            "cause": cause(findings).map(|(code, finding)| {
                json!({ "code": code, "detail": told(finding), "next": finding.next() })
            }),
        })),
        Output::Human => {
            for finding in findings {
                line(finding);
            }
            match cause(findings) {
                Some((code, finding)) => anstream::println!("\nmost likely cause: {} [{code}]", told(finding)),
                None => anstream::println!("\nnothing is wrong that stops a lease"),
            }
        }
    }
}

fn line(finding: &Finding) {
    let Finding { name, outcome, detail, code } = finding;
    let code = code.map_or_else(String::new, |code| format!(" [{code}]"));
    anstream::println!("{:7}  {name}: {detail}{code}", outcome.word());
    let worth = matches!(outcome, Outcome::Warning | Outcome::Failure);
    if let Some(next) = finding.next().filter(|_| worth) {
        anstream::println!("         next: {next}");
    }
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.name, finding.detail)
}

fn check(finding: &Finding) -> Value {
    let Finding { name, outcome, detail, code } = finding;
    json!({ "name": name, "outcome": outcome.word(), "detail": detail, "code": code, "next": finding.next() })
}
