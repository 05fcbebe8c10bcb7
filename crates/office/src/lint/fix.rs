//! Applies the changes that are sure to be right, and leaves every other byte as it was.

use super::context::Context;
use super::violation::{Edit, Violation};
use super::{Report, lint, source};

/// A file after its changes.
#[derive(Debug)]
pub struct Fixed {
    /// The file as it should be written: encoded, marked and ended as it was.
    pub bytes: Vec<u8>,
    /// What was changed, in the order in which it was.
    pub applied: Vec<Violation>,
    /// What is still found.
    pub report: Report,
}

/// Changes a file; nothing where there is nothing to change, or where its encoding does not let it be written back as it is.
pub fn fix(bytes: &[u8], context: &Context) -> Option<Fixed> {
    let read = source::read(bytes).ok()?;
    if read.encode(&read.text)? != bytes {
        return None;
    }
    let mut fixed = Fixed { bytes: bytes.to_vec(), applied: Vec::new(), report: lint(bytes, context) };
    // A change may make room for another: an attribute with its right name has a value that can be wrong.
    for _ in 0..MAX_ROUNDS {
        let chosen = chosen(&fixed.report);
        if chosen.is_empty() {
            break;
        }
        let text = changed(&fixed.report.text, &chosen);
        let Some(bytes) = read.encode(&text) else { break };
        fixed.applied.extend(chosen.into_iter().cloned());
        fixed.report = lint(&bytes, context);
        fixed.bytes = bytes;
    }
    (!fixed.applied.is_empty()).then_some(fixed)
}

/// The findings whose changes do not touch each other, the first of those that do.
fn chosen(report: &Report) -> Vec<&Violation> {
    let mut taken: Vec<&Edit> = Vec::new();
    let mut chosen = Vec::new();
    for finding in &report.findings {
        let Some(fix) = &finding.fix else { continue };
        if fix.edits.iter().all(|edit| taken.iter().all(|other| apart(edit, other))) {
            taken.extend(&fix.edits);
            chosen.push(finding);
        }
        if chosen.len() == MAX_CHANGES {
            break;
        }
    }
    chosen
}

fn apart(one: &Edit, other: &Edit) -> bool {
    one.span.end < other.span.start || other.span.end < one.span.start
}

fn changed(text: &str, findings: &[&Violation]) -> String {
    let mut edits: Vec<&Edit> =
        findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span.start);
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out.push_str(text.get(from..edit.span.start).unwrap_or_default());
        out.push_str(&edit.text);
        from = edit.span.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// A sane file has fewer; the rest is left for another run.
const MAX_ROUNDS: usize = 8;
/// Comparing each change with each is quadratic.
const MAX_CHANGES: usize = 256;
