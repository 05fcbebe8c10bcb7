//! Edits that keep a file's form: a line goes whole, an attribute with the blank before it.

use roxmltree::Node;

use super::super::file::{Value, name_span};
use super::super::violation::{Edit, Fix};

/// Writes `text` in the place of a value.
pub(super) fn replace(value: &Value<'_>, text: &str) -> Fix {
    Fix { what: format!("write {text}"), edits: vec![Edit { span: value.span.clone(), text: escaped(text) }] }
}

/// Takes an attribute out.
pub(super) fn remove_attribute(value: &Value<'_>, source: &str) -> Fix {
    let before = &source[..value.whole.start];
    let start = before.trim_end_matches([' ', '\t', '\r', '\n']).len();
    let edit = Edit { span: start..value.whole.end, text: String::new() };
    Fix { what: "delete the attribute".to_owned(), edits: vec![edit] }
}

/// Takes an element out, with its lines where nothing else stands on them.
pub(super) fn remove_element(node: Node<'_, '_>, source: &str) -> Fix {
    let range = node.range();
    let start = source[..range.start].trim_end_matches([' ', '\t']).len();
    let rest = &source[range.end..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let after = &rest[blank..];
    let line_end = if after.starts_with("\r\n") { 2 } else { usize::from(after.starts_with('\n')) };
    let alone = (start == 0 || source[..start].ends_with('\n')) && line_end > 0;
    let span = if alone { start..range.end + blank + line_end } else { range };
    Fix { what: "delete the line".to_owned(), edits: vec![Edit { span, text: String::new() }] }
}

/// Puts an attribute behind the others of an element.
pub(super) fn add_attribute(node: Node<'_, '_>, source: &str, name: &str, text: &str) -> Fix {
    let at = node.attributes().next_back().map_or_else(|| name_span(node, source).end, |last| last.range().end);
    let edit = Edit { span: at..at, text: format!(" {name}=\"{}\"", escaped(text)) };
    Fix { what: format!("add {name}=\"{text}\""), edits: vec![edit] }
}

/// A text as an attribute's value holds it, in either kind of quotation marks.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
    out
}
