//! What is said about a file: the rule, the place, the words, the change that is sure to be right.

use std::ops::Range;

use crate::facts::schema::{self, Rule, Severity};
use crate::read::masked;

/// One thing said about a file.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule it breaks.
    pub rule: &'static Rule,
    /// How bad it is here; mostly as bad as the rule says.
    pub severity: Severity,
    /// The place, in bytes of the report's text.
    pub span: Range<usize>,
    /// Where the place begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// What is the matter. Keys that are no secret alone are named in it.
    pub message: String,
    /// The change that is sure to be right, where there is one.
    pub fix: Option<Fix>,
}

/// A place in a file as people count: from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

/// A change that is sure to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub what: String,
    /// Its edits; all or none.
    pub edits: Vec<Edit>,
}

/// A piece of the text to put another in place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to take out.
    pub span: Range<usize>,
    /// What to put there.
    pub text: String,
}

/// Where the lines of a text begin.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// The place of a byte.
    pub(crate) fn position(&self, at: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let before = self.text.get(self.starts[line - 1]..at).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }
}

/// Gathers findings about one text.
pub(crate) struct Findings<'t> {
    lines: Lines<'t>,
    found: Vec<Violation>,
}

impl<'t> Findings<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { lines: Lines::of(text), found: Vec::new() }
    }

    /// Says that the rule with this id is broken at `span`. What looks like a secret key in the words is hidden.
    pub(crate) fn add(&mut self, rule: &str, span: Range<usize>, message: impl AsRef<str>) -> &mut Violation {
        let rule = schema::rule(rule).expect("the rules name ids of the table: their test says so");
        let (start, end) = (self.lines.position(span.start), self.lines.position(span.end));
        let severity = rule.severity;
        self.found.push(Violation {
            rule,
            severity,
            span,
            start,
            end,
            message: masked(message.as_ref()).into_owned(),
            fix: None,
        });
        self.found.last_mut().expect("just put there")
    }

    /// All of them in the order of the file.
    pub(crate) fn sorted(mut self) -> Vec<Violation> {
        self.found.sort_by(|one, other| (one.span.start, &one.rule.id).cmp(&(other.span.start, &other.rule.id)));
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let lines = Lines::of("<a>\r\n  ü<b/>\n");
        for (at, line, column) in [(0, 1, 1), (5, 2, 1), (7, 2, 3), (9, 2, 4), (14, 3, 1), (99, 3, 1)] {
            assert_eq!(lines.position(at), Position { line, column }, "{at}");
        }
    }
}
