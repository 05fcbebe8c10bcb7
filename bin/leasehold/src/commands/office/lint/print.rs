//! Findings as text with the lines they are about, and as JSON.

use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use diffy::DiffOptions;
use leasehold_office::facts::schema::Severity;
use leasehold_office::lint::Violation;
use leasehold_office::read::masked;
use serde_json::{Value, json};
use textwrap::{Options, WordSplitter};

use super::{Checked, Tally};
use crate::output;

/// A file's findings; or, where that is asked for, what would be changed.
pub(super) fn text(checked: &Checked, diff: bool, sources: bool) {
    let Checked { path, report, applied, proposed } = checked;
    if diff {
        let Some(after) = proposed else { return };
        let (before, after) = (masked(&report.text), masked(after));
        let (before, after) = (before.replace("\r\n", "\n"), after.replace("\r\n", "\n"));
        let mut options = DiffOptions::new();
        options.set_original_filename(path.to_string_lossy().into_owned());
        options.set_modified_filename(format!("{} (changed)", path.display()));
        out!("{}", options.create_patch(&before, &after));
        return;
    }
    for finding in applied {
        let what = finding.fix.as_ref().map_or("", |fix| &fix.what);
        errln!("{}:{}: {what} [{}]", path.display(), finding.start.line, finding.rule.id);
    }
    let shown = masked(&report.text);
    for finding in &report.findings {
        outln!("{}\n", snippet(&checked.path, finding, &shown, sources));
    }
}

/// One finding with the lines it is about.
fn snippet(path: &Path, finding: &Violation, text: &str, sources: bool) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let path = if path == Path::new("-") { "standard input".into() } else { path.to_string_lossy() };
    let window = Window::around(text, finding);
    let annotation = AnnotationKind::Primary.span(window.span);
    let source = Snippet::source(window.text).line_start(window.line).path(path).annotation(annotation);
    let message = wrapped(&finding.message, finding.rule.id.len() + "warning[]: ".len());
    let title = level.primary_title(message).id(&finding.rule.id);
    let mut group: Group<'_> = title.element(source);
    let about = format!("{}: {}", finding.rule.title, named(&finding.rule.check));
    group = group.element(Level::NOTE.message(wrapped(&about, NOTE)));
    let automatic = finding.fix.as_ref().map(|fix| format!(" (--fix would {})", fix.what)).unwrap_or_default();
    group = group.element(Level::HELP.message(wrapped(&format!("{}{automatic}", named(&finding.rule.fix)), NOTE)));
    if sources {
        let (source, confidence) = (&finding.rule.source, &finding.rule.confidence);
        group = group.element(Level::NOTE.message(wrapped(&format!("source ({confidence}): {source}"), NOTE)));
    }
    Renderer::styled().term_width(textwrap::termwidth()).render(&[group])
}

/// Words as lines of the terminal, with `before` columns taken; what goes elsewhere stays on one line.
fn wrapped(words: &str, before: usize) -> String {
    let Some(columns) = output::columns() else { return words.to_owned() };
    let width = columns.saturating_sub(before + MARGIN).max(MARGIN);
    // Ids, paths and addresses stay whole.
    let options = Options::new(width).word_splitter(WordSplitter::NoHyphenation).break_words(false);
    textwrap::fill(words, options)
}

/// A rule's words with what shows the lists that they name.
fn named(words: &str) -> String {
    LISTS.iter().fold(words.to_owned(), |words, (list, shown)| words.replace(list, shown))
}

/// The lines that a finding is about, cut where they are too long to be read.
struct Window<'t> {
    text: &'t str,
    line: usize,
    span: std::ops::Range<usize>,
}

impl<'t> Window<'t> {
    fn around(text: &'t str, finding: &Violation) -> Self {
        let (start, end) = (finding.span.start, finding.span.end.min(finding.span.start + MAX_BYTES));
        let floor = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1).max(floor(start.saturating_sub(MAX_BYTES)));
        let end = floor(end).max(start);
        let rest = text[end..].find('\n').map_or(text.len(), |at| end + at);
        let line_end = floor(rest.min(end + MAX_BYTES));
        let span = start - line_start..end - line_start;
        Self { text: text[line_start..line_end].trim_end_matches('\r'), line: finding.start.line, span }
    }
}

/// How much there was, on standard error.
pub(super) fn sum(tally: &Tally) {
    let Tally { files, failed, passed_over, errors, warnings, infos } = tally;
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let over = if *passed_over > 0 { format!("; {passed_over} of another kind passed over") } else { String::new() };
    let failed = if *failed > 0 { format!("; {failed} not read or not changed") } else { String::new() };
    errln!(
        "{}: {}, {}, {}{over}{failed}",
        counted(*files, "file"),
        counted(*errors, "error"),
        counted(*warnings, "warning"),
        counted(*infos, "info"),
    );
}

/// A file's findings as JSON; `findings` is what is left, `applied` what was changed or would be.
pub(super) fn value(checked: &Checked) -> Value {
    let Checked { path, report, applied, .. } = checked;
    json!({
        "file": path.to_string_lossy(),
        "encoding": report.encoding.map(|encoding| encoding.to_string()),
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "applied": applied.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// A finding as JSON.
pub(crate) fn finding(finding: &Violation) -> Value {
    json!({
        "rule": finding.rule.id,
        "severity": finding.severity,
        "title": finding.rule.title,
        "message": finding.message,
        "line": finding.start.line,
        "column": finding.start.column,
        "end_line": finding.end.line,
        "end_column": finding.end.column,
        "check": finding.rule.check,
        "fix": finding.rule.fix,
        "change": finding.fix.as_ref().map(|fix| &fix.what),
        "confidence": finding.rule.confidence,
        "source": finding.rule.source,
    })
}

/// All files as JSON.
pub(super) fn all(files: &[Value], tally: &Tally) -> Value {
    json!({
        "files": files,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "infos": tally.infos,
        "passed_over": tally.passed_over,
        "failed": tally.failed,
    })
}

/// As much of a line as is shown.
const MAX_BYTES: usize = 400;
/// The lists of the table, and where people see them.
const LISTS: [(&str, &str); 6] = [
    ("[[element]]", "the elements of the tool"),
    ("[[attribute]]", "the attributes of the tool"),
    ("[[channel]]", "`office config --list channels`"),
    ("[[language]]", "`office config --list languages`"),
    ("[[exclude_app]]", "`office config --list apps`"),
    ("[[property]]", "`office config --list properties`"),
];
/// What stands before a note, but for the number of the line.
const NOTE: usize = "  = note: ".len();
/// The digits of a line's number, and something to spare.
const MARGIN: usize = 4;
