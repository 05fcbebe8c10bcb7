//! What stands around the lines of a tool where they are copied into something else: the prefix of a log, the quotation
//! marks of a mail, the dots of a list, mark-up of a page. It is taken off where a line that is known comes to light, and
//! then off the lines with the same around them.

use std::borrow::Cow;

use super::command::{is_cmdlet, is_command};
use super::machine;

/// What stands before the lines of a text.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// A frame with numbers in it differs from line to line, and is known by its shape; another one is the same each time.
    learnt: Option<Learnt>,
}

#[derive(Debug)]
enum Learnt {
    Shape(String),
    Literal(String),
}

/// A line without what stands around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bare<'t> {
    pub(super) text: &'t str,
    /// The machine that the frame names.
    pub(super) machine: Option<&'t str>,
}

impl Frame {
    /// The line without the frame that was learnt; `None` where it does not have it.
    pub(super) fn off<'t>(&self, text: &'t str) -> Option<Bare<'t>> {
        let learnt = self.learnt.as_ref()?;
        framed(text).find(|(frame, _)| learnt.is(frame)).map(unframed)
    }

    /// Learns the frame of a line in which one comes to light. `known` says whether a text is a line of some tool.
    pub(super) fn learn<'t>(&mut self, text: &'t str, known: &dyn Fn(&str) -> bool) -> Option<Bare<'t>> {
        if is_command(text) {
            return None;
        }
        let found = framed(text).find(|(frame, rest)| is_frame(frame) && known(within(frame, rest)))?;
        let differs = found.0.contains(|c: char| c.is_ascii_digit());
        let literal = || Learnt::Literal(found.0.trim().to_owned());
        self.learnt = Some(if differs { Learnt::Shape(shape_of(found.0)) } else { literal() });
        Some(unframed(found))
    }
}

impl Learnt {
    fn is(&self, frame: &str) -> bool {
        match self {
            Self::Shape(shape) => shape_of(frame) == *shape,
            Self::Literal(literal) => frame.trim() == literal,
        }
    }
}

fn unframed<'t>((frame, rest): (&'t str, &'t str)) -> Bare<'t> {
    Bare { text: within(frame, rest), machine: machine_in(frame) }
}

/// The rest of a line behind its frame, without the quotation mark and comma that end an element of a list.
fn within<'t>(frame: &str, rest: &'t str) -> &'t str {
    let quoted = frame.trim_end().ends_with(['"', '\'']);
    if quoted {
        rest.trim_end().trim_end_matches(',').trim_end_matches(['"', '\'']).trim_end_matches("\\r")
    } else if frame.trim_start().starts_with('|') {
        rest.trim_end().trim_end_matches('|')
    } else {
        rest
    }
}

/// Every way of parting a line into a frame and the rest, the shortest frame first.
fn framed(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let places = text.char_indices().take(MAX_FRAME).filter_map(move |(at, character)| {
        let end = at + character.len_utf8();
        let rest = &text[end..];
        let parts = match character {
            '|' | '>' | '"' | '\'' | '\t' | '•' | '»' | ';' => true,
            // A column of its own, where lines stand in a table.
            ',' => !text[..at].contains([' ', ':']) || rest.is_empty() || rest.starts_with([' ', '\t']),
            ':' | ']' | '-' | '*' | ')' | '.' | '#' => rest.is_empty() || rest.starts_with([' ', '\t']),
            // The number of a line, and the columns of a log.
            ' ' => {
                rest.starts_with(|c: char| !c.is_whitespace())
                    && text[..at].ends_with(|c: char| c.is_ascii_digit() || c == ' ' || c == 'Z')
            }
            _ => false,
        };
        parts.then_some(end)
    });
    places.map(|end| {
        let rest = &text[end..];
        let blanks = rest.len() - rest.trim_start().len();
        text.split_at(end + blanks)
    })
}

/// Whether a text is what stands before lines: marks and numbers, a time, a level, a machine, brackets.
fn is_frame(text: &str) -> bool {
    let text = text.trim();
    let marks = text
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_ascii_punctuation() || c.is_whitespace() || matches!(c, '•' | '»'));
    let first = text.split([' ', '\t', '|', ':', ';', ',']).find(|word| !word.is_empty()).unwrap_or_default();
    let level = LEVELS.iter().any(|level| first.trim_matches(|c: char| !c.is_alphabetic()).eq_ignore_ascii_case(level));
    let time = text.as_bytes().windows(4).any(|some| {
        some[0].is_ascii_digit()
            && matches!(some[1], b':' | b'-' | b'/')
            && some[2].is_ascii_digit()
            && (some[3].is_ascii_digit() || !some[3].is_ascii_alphanumeric())
    });
    marks
        || level
        || time
        || text.starts_with('[')
        || text.contains('|') && machine_in(text).is_some()
        || machine::likely(first).is_some()
}

/// The machine that a frame names.
pub(super) fn machine_in(frame: &str) -> Option<&str> {
    let parts = frame.split(|c: char| {
        c.is_whitespace() || matches!(c, '|' | '[' | ']' | '(' | ')' | '<' | '>' | ';' | ',' | '"' | '\'' | '=' | '#')
    });
    parts.map(|part| part.trim_matches(|c: char| matches!(c, ':' | '.' | '-' | '*'))).find_map(|part| {
        let name = machine::likely(part)?;
        let file = FILES.iter().any(|end| name.to_ascii_lowercase().ends_with(end));
        let level = LEVELS.iter().any(|level| level.eq_ignore_ascii_case(name));
        let source = name.starts_with("Microsoft-Windows-");
        let other = file || level || source || is_cmdlet(name);
        (!other && name.contains(char::is_alphabetic)).then_some(name)
    })
}

/// A frame with its words made alike: times and levels differ from line to line.
fn shape_of(frame: &str) -> String {
    let mut shape = String::new();
    for character in frame.trim_end().chars() {
        let mark = if character.is_alphanumeric() || character == '_' { 'x' } else { character };
        if !(shape.ends_with(mark) && (mark == 'x' || mark == ' ' || mark == '.')) {
            shape.push(mark);
        }
    }
    shape
}

/// The line itself, where nothing in it may be of a page or a log.
pub(super) fn whole(line: &str) -> Option<&str> {
    (!['<', '&', '\\'].iter().any(|mark| line.contains(*mark))).then_some(line)
}

/// What a page or a log has put into one line, parted again: line breaks of HTML, characters as names, line ends that are
/// written as letters, the envelope of Configuration Manager's logs.
pub(super) fn parts<'t>(line: &'t str, known: &dyn Fn(&str) -> bool) -> Vec<Cow<'t, str>> {
    let line = line.strip_suffix('\\').unwrap_or(line);
    if let Some(line) = whole(line) {
        return vec![Cow::Borrowed(line)];
    }
    if let Some((_, rest)) = line.split_once("<![LOG[") {
        let inner = rest.split_once("]LOG]").map_or(rest, |(inner, _)| inner);
        return vec![Cow::Borrowed(inner)];
    }
    let mut texts: Vec<Cow<'t, str>> = vec![Cow::Borrowed(line)];
    if line.contains('<') && BREAKS.iter().any(|mark| line.contains(mark)) {
        texts = vec![Cow::Owned(without_tags(line))];
    }
    if line.contains('&') && line.contains(';') {
        texts = texts.into_iter().map(|text| Cow::Owned(characters(&text))).collect();
    }
    if line.contains("\\n") {
        let whole = texts.concat();
        let pieces: Vec<&str> = whole.split("\\n").map(|piece| piece.strip_suffix("\\r").unwrap_or(piece)).collect();
        if pieces.len() > 1 && pieces.iter().skip(1).any(|piece| known(piece)) {
            return pieces
                .into_iter()
                .map(|piece| Cow::Owned(piece.replace("\\t", "\t").replace("\\\"", "\"")))
                .collect();
        }
    }
    texts.into_iter().flat_map(split).collect()
}

fn split(text: Cow<'_, str>) -> Vec<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => vec![Cow::Borrowed(text)],
        Cow::Owned(text) => text.split('\n').map(|part| Cow::Owned(part.to_owned())).collect(),
    }
}

/// The text of a page: its line breaks as such, without other tags.
fn without_tags(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let name: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        let name = name.trim_matches('/').to_ascii_lowercase();
        let tag = after.split_once('>').filter(|_| TAGS.contains(&name.as_str()));
        let Some((_, behind)) = tag else {
            text.push('<');
            rest = after;
            continue;
        };
        let breaks = matches!(name.as_str(), "br" | "p" | "div" | "li" | "tr");
        if breaks && !behind.trim().is_empty() && !text.trim().is_empty() {
            text.push('\n');
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// Characters that are written by name or number.
pub(super) fn characters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let named = after.split_once(';').filter(|(name, _)| name.len() <= 6);
        let found = named.and_then(|(name, behind)| Some((character(name)?, behind)));
        let (character, behind) = found.unwrap_or(('&', after));
        out.push(character);
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']);
            let code = hex.map_or_else(|| number.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok())?;
            char::from_u32(code).map(|character| if character.is_control() { ' ' } else { character })
        }
    }
}

/// The tags of texts, and those that show that a line is of a page.
const TAGS: [&str; 16] =
    ["br", "p", "div", "li", "ul", "ol", "tr", "td", "pre", "code", "span", "b", "i", "strong", "em", "font"];
const BREAKS: [&str; 9] = ["<br", "<BR", "<p>", "</p>", "<li>", "<pre", "</pre", "<code", "</td>"];
/// What programs call how grave a line of a log is, or where it comes from.
const LEVELS: [&str; 18] = [
    "info",
    "information",
    "warn",
    "warning",
    "error",
    "debug",
    "verbose",
    "trace",
    "notice",
    "fatal",
    "out",
    "stdout",
    "stderr",
    "output",
    "msg",
    "message",
    "log",
    "host",
];
/// Files and scripts are named like machines.
const FILES: [&str; 10] = [".log", ".txt", ".ps1", ".vbs", ".exe", ".cmd", ".bat", ".py", ".yml", ".dll"];
/// How far into a line, in characters, its frame may go.
const MAX_FRAME: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> bool {
        text.trim().starts_with("LICENSE NAME:") || text.trim().starts_with("---Processing")
    }

    #[test]
    fn a_line_comes_to_light_from_whatever_stands_around_it() {
        for (line, machine) in [
            ("2/3/2020 12:20:16 PM | VDI-GOLD-01 | INFORMATION... | LICENSE NAME: x", Some("VDI-GOLD-01")),
            ("Nov 28 10:00:01 pc-017 script[123]: LICENSE NAME: x", Some("pc-017")),
            ("2026-11-28T10:00:01.123Z LICENSE NAME: x", None),
            ("[10:00:01] LICENSE NAME: x", None),
            ("> LICENSE NAME: x", None),
            ("> > LICENSE NAME: x", None),
            ("- LICENSE NAME: x", None),
            ("* LICENSE NAME: x", None),
            ("  12: LICENSE NAME: x", None),
            ("12  LICENSE NAME: x", None),
            ("    \"LICENSE NAME: x\",", None),
            ("pc-017: LICENSE NAME: x", Some("pc-017")),
            ("[pc-017] out: LICENSE NAME: x", Some("pc-017")),
            ("VERBOSE: LICENSE NAME: x", None),
            ("INFO - LICENSE NAME: x", None),
        ] {
            let bare = Frame::default().learn(line, &known).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((bare.text.trim(), bare.machine), ("LICENSE NAME: x", machine), "{line}");
        }
        for line in [
            "the LICENSE NAME: x",
            "Description: LICENSE NAME: x",
            "LICENSE NAME: x",
            "PS C:\\> Get-CimInstance x | LICENSE NAME: x",
        ] {
            assert_eq!(Frame::default().learn(line, &known), None, "{line}");
        }
    }

    #[test]
    fn what_is_learnt_of_one_line_holds_for_those_that_say_nothing() {
        let mut frame = Frame::default();
        frame.learn("2/3/2020 12:20:16 PM | PC-1 | INFO | ---Processing---", &known).expect("a frame");
        let off = |text| frame.off(text).map(|bare| bare.text);
        assert_eq!(off("2/3/2020 12:20:17 PM | PC-1 | INFO | No host answers."), Some("No host answers."));
        assert_eq!(off("2/3/2020 12:20:17 PM | PC-1 | INFO |"), Some(""));
        assert_eq!(off("elsewhere"), None);
        let mut frame = Frame::default();
        frame.learn("VERBOSE: LICENSE NAME: x", &known).expect("a frame");
        assert!(frame.off("Computer: PC-1").is_none() && frame.off("VERBOSE: x").is_some());
    }

    #[test]
    fn pages_and_strings_are_parted_into_lines() {
        for (line, expected) in [
            ("LICENSE NAME: x<br />", vec!["LICENSE NAME: x"]),
            ("LICENSE NAME: x<br>LICENSE NAME: y", vec!["LICENSE NAME: x", "LICENSE NAME: y"]),
            ("<p>LICENSE NAME: &lt;x&gt; &#39;a&#x27;</p>", vec!["LICENSE NAME: <x> 'a'"]),
            ("stdout: a\\r\\nLICENSE NAME: x\\r\\n", vec!["stdout: a", "LICENSE NAME: x", ""]),
            ("<![LOG[LICENSE NAME: x]LOG]!><time=\"10:00\">", vec!["LICENSE NAME: x"]),
            ("Computer: x\\", vec!["Computer: x"]),
            ("<No installed product keys detected>", vec!["<No installed product keys detected>"]),
            ("C:\\new\\x", vec!["C:\\new\\x"]),
        ] {
            assert_eq!(parts(line, &known), expected, "{line}");
        }
    }
}
