//! From a text to its elements, or to the place and the words of what is wrong with it.

use roxmltree::{Document, ParsingOptions};

use super::Problem;

/// Parses a text that the guard has let through.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Problem> {
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| {
        let position = error.pos();
        let at = match error {
            roxmltree::Error::UnclosedRootNode => text.len(),
            _ => byte_at(text, position.row, position.col),
        };
        if matches!(error, roxmltree::Error::NoRootNode) || text.trim_start().starts_with("&lt;") {
            return Problem::new(0, rootless(text));
        }
        let typed = typographic(text, at).map_or_else(|| words(&error), |(_, what)| what);
        let at = typographic(text, at).map_or(at, |(at, _)| at);
        Problem::new(at, format!("not well-formed XML: {typed}"))
    })
}

/// Why a text has no element at all.
fn rootless(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with("&lt;") {
        "not XML: its marks are written as &lt; and &gt;, as in the source of a page: copy the page, not its source"
            .to_owned()
    } else if text.is_empty() {
        "the file asks for nothing: it is empty".to_owned()
    } else if text.contains("<!--") {
        "the file asks for nothing: all of it is commented out".to_owned()
    } else {
        "the file asks for nothing: there is no element in it".to_owned()
    }
}

/// Characters that word processors and web pages put in the place of plain ones, where they stop the parser, and what to do.
fn typographic(text: &str, at: usize) -> Option<(usize, String)> {
    let quotes = |c: char| matches!(c, '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '″' | '＂');
    let rest = text.get(at..)?;
    let here = rest.chars().next().map(|character| (at, character));
    let (at, character) = here.filter(|(_, c)| quotes(*c) || *c == '\u{a0}').or_else(|| {
        let equals = text.match_indices('=').map(|(at, _)| at + 1);
        equals.filter_map(|at| Some((at, text[at..].chars().next()?))).find(|(_, c)| quotes(*c))
    })?;
    Some(if character == '\u{a0}' {
        (at, "a no-break space, as copied from a page: write a plain one".to_owned())
    } else {
        (at, format!("{character} is a typographic quotation mark, as copied from a page: write \""))
    })
}

/// The parser's words without the place, which is told apart.
fn words(error: &roxmltree::Error) -> String {
    let place = format!(" at {}", error.pos());
    error.to_string().replace(&place, "")
}

fn byte_at(text: &str, row: u32, column: u32) -> usize {
    let (row, column) = (row.saturating_sub(1) as usize, column.saturating_sub(1) as usize);
    let start = text.split_inclusive('\n').take(row).map(str::len).sum::<usize>();
    let line = text[start..].split('\n').next().unwrap_or_default();
    line.char_indices().nth(column).map_or(start + line.len(), |(at, _)| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parsers_complaint_is_placed_in_the_text() {
        for (text, at) in
            [("<a>\n  <b c='1' c='2'/></a>", 15), ("<a>", 3), ("<a>\nü</b>", 6), ("", 0), ("<a>&x;</a>", 3)]
        {
            let problem = parse(text).expect_err("not well-formed");
            assert_eq!(problem.at, at, "{text}: {}", problem.message);
            assert!(!problem.message.contains(" at "), "{}", problem.message);
        }
    }

    #[test]
    fn a_deep_document_does_not_overflow() {
        let text = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert!(parse(&text).is_ok());
    }
}
