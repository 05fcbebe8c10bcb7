//! Findings for people and for programs.

use leasehold_core::{CheckOutcome, Code, Finding};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, Output};
use crate::system;

/// A line for each finding and what to do about it, the likeliest cause last; ends well where nothing has failed.
pub(crate) fn report(findings: &[Finding], cause: Option<&Finding>, output: Output) -> Result<(), Failure> {
    match output {
        Output::Json => output::json(&json!({
            "checks": findings.iter().map(value).collect::<Vec<_>>(),
            "cause": cause.map(|finding| {
                json!({ "name": finding.name, "code": finding.code.map(Code::name), "detail": described(finding), "next": finding.hint() })
            }),
        })),
        Output::Human => {
            findings.iter().for_each(line);
            let verdict = match cause {
                Some(finding) if finding.is_failure() => {
                    format!("most likely cause: {}{}", described(finding), bracketed(finding))
                }
                Some(finding) => {
                    format!("nothing is broken; see to this first: {}{}", described(finding), bracketed(finding))
                }
                None if findings.iter().any(|finding| finding.outcome == CheckOutcome::Warning) => {
                    "nothing is wrong that stops a lease".to_owned()
                }
                None => "nothing is wrong".to_owned(),
            };
            outln!("\n{verdict}");
        }
    }
    match cause.filter(|finding| finding.is_failure()) {
        Some(finding) => Err(Failure::unhealthy(finding.code.unwrap_or(Code::Internal))),
        None => Ok(()),
    }
}

/// A line for a finding, and what to do about it where something is wrong.
pub(crate) fn line(finding: &Finding) {
    outln!("{:7}  {}{}", finding.outcome, described(finding), bracketed(finding));
    let worth = matches!(finding.outcome, CheckOutcome::Warning | CheckOutcome::Failure);
    if let Some(next) = finding.hint().filter(|_| worth) {
        outln!("         next: {next}");
    }
}

fn described(finding: &Finding) -> String {
    format!("{}: {}", finding.name, system::translated(&finding.detail))
}

fn bracketed(finding: &Finding) -> String {
    finding.code.map_or_else(String::new, |code| format!(" [{code}]"))
}

/// A finding in JSON.
pub(crate) fn value(finding: &Finding) -> Value {
    let Finding { name, outcome, detail, code, .. } = finding;
    let detail = system::translated(detail);
    let code = code.map(Code::name);
    json!({ "name": name, "outcome": outcome.name(), "detail": detail, "code": code, "next": finding.hint() })
}
