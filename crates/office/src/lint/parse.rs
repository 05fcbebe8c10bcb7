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
        let (at, why) = copied(text, at)
            .or_else(|| typographic(text, at))
            .or_else(|| slip(text, at))
            .unwrap_or_else(|| (at, words(&error)));
        Problem::new(at, format!("not well-formed XML: {why}"))
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

/// What stands around a file that was copied out of a page, a script or a mail, and what to do. Within the elements the
/// parser knows better.
fn copied(text: &str, at: usize) -> Option<(usize, String)> {
    let found = |at: usize, what: &str| Some((at, what.to_owned()));
    let bare = without_remarks(text);
    let root = bare.find('<').unwrap_or(bare.len());
    let end = bare.rfind(END).map_or(bare.len(), |end| end + END.len());
    let behind = || fence(&bare[end..]).map(|fence| end + fence);
    // Within an element a fence is a text, at which the parser does not stop.
    let here = || fence(bare.get(at..)?).filter(|fence| *fence == 0).map(|_| at);
    if let Some(at) = fence(&bare[..root]).or_else(behind).or_else(here) {
        return found(at, "a fence of Markdown stands around the file: take it out");
    }
    if let Some(caret) = text.find('<').and_then(|first| text[..first].strip_suffix('^')).map(str::len) {
        return found(caret, "the carets are of a batch file that writes the file: check what it has written");
    }
    let start = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
    match text[start..].chars().next()? {
        '<' => {}
        '{' | '[' => return found(start, "this is JSON"),
        _ => return found(start, "a text stands before the first element: take it out"),
    }
    let behind = bare[end..].trim_start();
    let at = bare.len() - behind.len();
    (!behind.is_empty() && !behind.starts_with('<'))
        .then(|| (at, "a text stands behind the last element: take it out".to_owned()))
}

/// Where a line begins with a fence of Markdown.
fn fence(text: &str) -> Option<usize> {
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let words = line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let start = at + line.len() - words.len();
        at += line.len();
        FENCES.iter().any(|fence| words.starts_with(fence)).then_some(start)
    })
}

/// The text with blanks in the place of comments, instructions and CDATA, byte for byte.
fn without_remarks(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    while let Some(start) = text[bare.len()..].find('<').map(|found| bare.len() + found) {
        bare.push_str(&text[bare.len()..start]);
        let rest = &text[start..];
        let of_kind = |(begin, _): &&(&str, &str)| rest.starts_with(begin);
        match REMARKS.iter().find(of_kind) {
            Some((begin, end)) => {
                let inside = &rest[begin.len()..];
                let length = inside.find(end).map_or(rest.len(), |found| begin.len() + found + end.len());
                bare.extend(std::iter::repeat_n(' ', length));
            }
            None => bare.push('<'),
        }
    }
    bare.push_str(&text[bare.len()..]);
    bare
}

/// A slip of the hand at the place where the parser has stopped, and what to do.
fn slip(text: &str, at: usize) -> Option<(usize, String)> {
    let rest = text.get(at..)?;
    let line = text[..at].rfind(['\n', '<']).map_or(0, |start| start + 1);
    // The parser stands at the mark, or behind what it has taken for a name.
    let mark = if rest.starts_with('&') { Some(at) } else { text[line..at].rfind('&').map(|found| line + found) };
    if let Some(mark) = mark
        && !ENTITIES.iter().any(|entity| text[mark..].starts_with(entity))
    {
        return Some((mark, "& has to be written &amp;".to_owned()));
    }
    let value = text[..at].trim_end().ends_with('=') && !rest.trim_start().starts_with(['"', '\'']);
    value.then(|| (at, "the value stands without quotation marks: write them".to_owned()))
}

/// Characters that word processors and web pages put in the place of plain ones, where they stop the parser, and what to do.
fn typographic(text: &str, at: usize) -> Option<(usize, String)> {
    let quotes = |c: char| matches!(c, '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '″' | '＂');
    let character = text.get(at..)?.chars().next().filter(|c| quotes(*c) || *c == '\u{a0}')?;
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

/// How a block of code begins in Markdown.
const FENCES: [&str; 2] = ["```", "~~~"];
const END: &str = "</Configuration>";
/// What begins and ends what is no element.
const REMARKS: [(&str, &str); 3] = [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")];
/// How what XML writes with & begins.
const ENTITIES: [&str; 6] = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#"];

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
    fn what_was_copied_too_and_slips_of_the_hand_are_named_with_their_place() {
        for (text, at, words) in [
            ("```xml\n<Configuration/>\n```", 0, "fence"),
            ("<Configuration></Configuration>\n```\n", 32, "fence"),
            ("<Configuration/>\n~~~\n", 17, "fence"),
            ("\u{feff}<!-- mine -->\n```\n<Configuration/>", 17, "fence"),
            ("echo ^<Configuration^> > c.xml", 5, "carets"),
            ("{\"a\": 1}", 0, "JSON"),
            ("Größe<Configuration/>", 0, "before the first"),
            ("My file:\n<Configuration/>", 0, "before the first"),
            ("<Configuration></Configuration>\nsetup.exe /configure c.xml\n", 32, "behind the last"),
            ("<Configuration><Add SourcePath=\"\\\\srv\\R&D\"/></Configuration>", 39, "&amp;"),
            ("<Configuration><Add OfficeClientEdition=64 /></Configuration>", 40, "without quotation marks"),
        ] {
            let problem = parse(text).expect_err("not well-formed");
            assert!(problem.message.contains(words), "{text}: {}", problem.message);
            assert_eq!(problem.at, at, "{text}: {}", problem.message);
        }
    }

    #[test]
    fn the_fault_itself_is_named_whatever_stands_in_comments_and_values() {
        for remark in
            ["<!--\n```\n-->", "<!-- ^<Add/> -->", "<!-- </Configuration> x -->", "<!-- a=“b” -->", "<?x ```?>"]
        {
            for text in [
                format!("{remark}\n<Configuration><Add SourcePath=\"a&b\"/></Configuration>"),
                format!("<Configuration>{remark}<Add SourcePath=\"a&b\"/></Configuration>"),
                format!("<Configuration><Add SourcePath=\"a&b\"/></Configuration>\n{remark}"),
            ] {
                let problem = parse(&text).expect_err("not well-formed");
                assert_eq!(Some(problem.at), text.find('&'), "{text}: {}", problem.message);
                assert!(problem.message.contains("&amp;"), "{text}: {}", problem.message);
            }
        }
        for value in ["~~~", "\n```\n", "a=“b”", "^&lt;x", "a^"] {
            let text = format!("<Configuration><Add><Property Value=\"{value}\"/></Configuration>");
            let problem = parse(&text).expect_err("not well-formed");
            assert!(problem.message.contains("expected 'Add' tag"), "{text}: {}", problem.message);
        }
        let text = "<Configuration><Add SourcePath=\"a^<b\"/></Configuration>";
        let problem = parse(text).expect_err("not well-formed");
        assert_eq!(Some(problem.at), text.find("<b"), "{}", problem.message);
        assert!(!problem.message.contains("batch"), "{}", problem.message);
    }

    #[test]
    fn a_deep_document_does_not_overflow() {
        let text = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert!(parse(&text).is_ok());
    }
}
