//! Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show beside the lines.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::Report;
use super::violation::{Lines, Position, Violation};
use crate::facts::schema::{Rule, Severity, table};
use crate::read::masked;

/// A log of results.
pub fn sarif(results: Vec<Value>) -> Value {
    let driver = json!({
        "name": "leasehold office lint",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": table().rules.iter().map(rule).collect::<Vec<_>>(),
    });
    let mut run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints" });
    run["results"] = Value::Array(results);
    json!({ "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run] })
}

/// The findings of a file as results of a log; of its path, `-` is standard input.
pub fn sarif_results(path: &str, report: &Report) -> Vec<Value> {
    let (uri, lines) = (uri(path), Lines::of(&report.text));
    report.findings.iter().map(|finding| result(&uri, finding, &lines)).collect()
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.check },
        "help": { "text": format!("{}\nSource: {}", rule.fix, rule.source) },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "confidence": rule.confidence, "source": rule.source },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(uri: &str, finding: &Violation, lines: &Lines<'_>) -> Value {
    let place = json!({
        "artifactLocation": { "uri": uri },
        "region": region(finding.start, finding.end),
    });
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": table().rules.iter().position(|rule| rule.id == finding.rule.id),
        "level": level(finding.severity),
        "message": { "text": finding.message },
        "locations": [{ "physicalLocation": place }],
    });
    if let Some(fix) = &finding.fix {
        let replacements: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| {
                let region = region(lines.position(edit.span.start), lines.position(edit.span.end));
                json!({ "deletedRegion": region, "insertedContent": { "text": masked(&edit.text) } })
            })
            .collect();
        let change = json!({ "artifactLocation": { "uri": uri }, "replacements": replacements });
        result["fixes"] = json!([{ "description": { "text": fix.what }, "artifactChanges": [change] }]);
    }
    result
}

fn region(start: Position, end: Position) -> Value {
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    if path == "-" {
        return "stdin".to_owned();
    }
    let path = path.replace('\\', "/");
    let drive = path.as_bytes().get(1) == Some(&b':');
    let scheme = match (path.starts_with("//"), path.starts_with('/'), drive) {
        (true, _, _) => "file:",
        (false, true, _) => "file://",
        (false, false, true) => "file:///",
        (false, false, false) => "",
    };
    let escaped = if drive { &ESCAPED_AFTER_DRIVE } else { &ESCAPED };
    format!("{scheme}{}", utf8_percent_encode(&path, escaped))
}

const ESCAPED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
const ESCAPED_AFTER_DRIVE: AsciiSet = ESCAPED.remove(b':');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        for (path, expected) in [
            ("-", "stdin"),
            ("a b/c.xml", "a%20b/c.xml"),
            ("a:b.xml", "file:///a:b.xml"),
            ("/srv/ü.xml", "file:///srv/%C3%BC.xml"),
            ("C:\\odt\\x.xml", "file:///C:/odt/x.xml"),
            ("\\\\server\\share\\x.xml", "file://server/share/x.xml"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
