//! Findings for people and for programs.

use serde_json::{Value, json};

use super::finding::{Finding, Outcome};
use crate::failure::Failure;
use crate::output::{self, Output};

/// A line for each finding and what to do about it, the likeliest cause last; ends well where nothing has failed.
pub(crate) fn report(findings: &[Finding], cause: Option<&Finding>, output: Output) -> Result<(), Failure> {
    match output {
        Output::Json => output::json(&json!({
            "checks": findings.iter().map(value).collect::<Vec<_>>(),
            "cause": cause.map(|finding| {
                json!({ "name": finding.name, "code": finding.code, "detail": told(finding), "next": finding.next })
            }),
        })),
        Output::Human => {
            findings.iter().for_each(line);
            let verdict = match cause {
                Some(finding) if finding.fails() => {
                    format!("most likely cause: {}{}", told(finding), bracketed(finding))
                }
                Some(finding) => {
                    format!("nothing is broken; see to this first: {}{}", told(finding), bracketed(finding))
                }
                None if findings.iter().any(|finding| finding.outcome == Outcome::Warning) => {
                    "nothing is wrong that stops a lease".to_owned()
                }
                None => "nothing is wrong".to_owned(),
            };
            anstream::println!("\n{verdict}");
        }
    }
    match cause.filter(|finding| finding.fails()) {
        Some(finding) => Err(Failure::unhealthy(finding.code.unwrap_or("internal"))),
        None => Ok(()),
    }
}

fn line(finding: &Finding) {
    anstream::println!("{:7}  {}{}", finding.outcome.word(), told(finding), bracketed(finding));
    let worth = matches!(finding.outcome, Outcome::Warning | Outcome::Failure);
    if let Some(next) = finding.next.as_ref().filter(|_| worth) {
        anstream::println!("         next: {next}");
    }
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.name, finding.detail)
}

fn bracketed(finding: &Finding) -> String {
    finding.code.map_or_else(String::new, |code| format!(" [{code}]"))
}

fn value(finding: &Finding) -> Value {
    let Finding { name, outcome, detail, code, next } = finding;
    json!({ "name": name, "outcome": outcome.word(), "detail": detail, "code": code, "next": next })
}
