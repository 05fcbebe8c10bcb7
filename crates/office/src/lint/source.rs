//! From bytes to text and back: byte order marks, declared encodings, and what does not fit them.

use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{MAX_BYTES, Problem};

/// How a file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Another one, which the file declares.
    Declared(&'static encoding_rs::Encoding),
}

impl Encoding {
    /// As a file declares it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le | Self::Utf16Be => "utf-16",
            Self::Declared(encoding) => encoding.name(),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Declared(encoding) => encoding.name(),
        })
    }
}

/// A file's text, and what is needed to write it as it was.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) text: String,
    pub(super) encoding: Encoding,
    mark: bool,
    /// Where the text declares an encoding that is not its own.
    pub(super) disagreement: Option<Range<usize>>,
}

impl Source {
    /// `text` as bytes, encoded and marked as this file is; nothing where the encoding lacks a character.
    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        let mark = if self.mark { "\u{feff}" } else { "" };
        let units = || mark.encode_utf16().chain(text.encode_utf16());
        match self.encoding {
            Encoding::Utf8 => Some([mark, text].concat().into_bytes()),
            Encoding::Utf16Le => Some(units().flat_map(u16::to_le_bytes).collect()),
            Encoding::Utf16Be => Some(units().flat_map(u16::to_be_bytes).collect()),
            Encoding::Declared(encoding) => {
                let (bytes, _, lossy) = encoding.encode(text);
                (!lossy).then(|| bytes.into_owned())
            }
        }
    }
}

/// Reads the text of a file: by its byte order mark, else by the zeros of UTF-16, else by what it declares, else UTF-8.
pub(super) fn read(bytes: &[u8]) -> Result<Source, Problem> {
    if bytes.len() > MAX_BYTES {
        return Err(Problem::new(0, format!("the file is larger than {MAX_BYTES} bytes: it is not read")));
    }
    let (encoding, mark) = by_first_bytes(bytes)?;
    let content = &bytes[mark..];
    let decode = match encoding {
        Some(Encoding::Utf16Le) => wide(content, u16::from_le_bytes)?,
        Some(Encoding::Utf16Be) => wide(content, u16::from_be_bytes)?,
        Some(Encoding::Declared(_)) | None => return narrow(content),
        Some(Encoding::Utf8) => utf8(content)?,
    };
    let encoding = encoding.unwrap_or(Encoding::Utf8);
    let disagreement = declaration(&decode).filter(|span| !agrees(&decode[span.clone()], encoding));
    Ok(Source { text: decode, encoding, mark: mark > 0, disagreement })
}

/// What the first bytes say, and how long the mark is.
fn by_first_bytes(bytes: &[u8]) -> Result<(Option<Encoding>, usize), Problem> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            Err(Problem::new(0, "the file is UTF-32, which XML parsers on Windows do not read: save it as UTF-8"))
        }
        [0xef, 0xbb, 0xbf, ..] => Ok((Some(Encoding::Utf8), 3)),
        [0xff, 0xfe, ..] => Ok((Some(Encoding::Utf16Le), 2)),
        [0xfe, 0xff, ..] => Ok((Some(Encoding::Utf16Be), 2)),
        [b'<', 0, ..] => Ok((Some(Encoding::Utf16Le), 0)),
        [0, b'<', ..] => Ok((Some(Encoding::Utf16Be), 0)),
        _ => Ok((None, 0)),
    }
}

/// A text without a mark, of single bytes: in what it declares, else in UTF-8.
fn narrow(bytes: &[u8]) -> Result<Source, Problem> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION_BYTES)]);
    let label = declaration(&head).map(|span| head[span].to_owned());
    let declared = match &label {
        None => encoding_rs::UTF_8,
        Some(label) => encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            let at = declaration(&head).map_or(0, |span| span.start);
            Problem::new(at, format!("{label:?} is no encoding")).seen(&head)
        })?,
    };
    let wide = declared == encoding_rs::UTF_16LE || declared == encoding_rs::UTF_16BE;
    if declared == encoding_rs::UTF_8 || wide {
        let text = utf8(bytes)?;
        let disagreement = declaration(&text).filter(|_| wide);
        return Ok(Source { text, encoding: Encoding::Utf8, mark: false, disagreement });
    }
    let text = declared.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        Problem::new(0, format!("the file has bytes that are nothing in {}, which it declares", declared.name()))
    })?;
    Ok(Source { text: text.into_owned(), encoding: Encoding::Declared(declared), mark: false, disagreement: None })
}

fn utf8(bytes: &[u8]) -> Result<String, Problem> {
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let message = format!("byte {:#04x} is not UTF-8: save the file as UTF-8, or declare its encoding", bytes[at]);
        let line = bytes[at..].iter().take(DECLARATION_BYTES).take_while(|byte| **byte != b'\n').count();
        Problem::new(at, message).seen(&String::from_utf8_lossy(&bytes[..at + line]))
    })
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Problem> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        text.push(character.map_err(|_| Problem::new(text.len(), HALF_CHARACTER).seen(&text))?);
    }
    let half = || Problem::new(text.len(), "the file is UTF-16 and ends in half a character").seen(&text);
    if rest.is_empty() { Ok(text) } else { Err(half()) }
}

/// Where a text declares its encoding.
fn declaration(text: &str) -> Option<Range<usize>> {
    DECLARATION.captures(text)?.get(1).map(|label| label.range())
}

fn agrees(label: &str, encoding: Encoding) -> bool {
    let declared = encoding_rs::Encoding::for_label(label.as_bytes());
    match encoding {
        Encoding::Utf8 => declared == Some(encoding_rs::UTF_8),
        // "utf-16" is a label of the one with the low byte first; with a mark it stands for both.
        Encoding::Utf16Le => declared == Some(encoding_rs::UTF_16LE),
        Encoding::Utf16Be => label.eq_ignore_ascii_case("utf-16") || declared == Some(encoding_rs::UTF_16BE),
        Encoding::Declared(encoding) => declared == Some(encoding),
    }
}

const HALF_CHARACTER: &str = "half a character of UTF-16 stands alone";
/// A declaration is the first thing in a file.
const DECLARATION_BYTES: usize = 256;
static DECLARATION: LazyLock<Regex> = LazyLock::new(|| {
    let form = r#"\A<\?xml\s[^>?]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']"#;
    Regex::new(form).expect("a regular expression")
});

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn what_is_read_is_written_as_it_was() {
        let text = "<?xml version='1.0' encoding='utf-16'?>\r\n<a b='ü€😀'/>";
        let narrow = "<?xml version='1.0' encoding='windows-1252'?><a b='\u{fc}'/>";
        let windows = encoding_rs::WINDOWS_1252.encode(narrow).0.into_owned();
        for bytes in [
            utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
            utf16(&format!("\u{feff}{text}"), u16::to_be_bytes),
            utf16(text, u16::to_le_bytes),
            "\u{feff}<a b='ü'/>".into(),
            "<a b='ü'/>".into(),
            windows,
            Vec::new(),
        ] {
            let source = read(&bytes).expect("a text");
            assert_eq!(source.disagreement, None, "{}", source.text);
            assert_eq!(source.encode(&source.text), Some(bytes));
            assert!(!source.text.starts_with('\u{feff}'));
        }
    }

    #[test]
    fn a_declaration_that_lies_is_noticed() {
        for (text, mark) in [
            ("<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>", ""),
            ("<?xml version='1.0' encoding='ascii'?><a/>", "\u{feff}"),
        ] {
            let source = read(format!("{mark}{text}").as_bytes()).expect("a text");
            assert!(source.disagreement.is_some_and(|span| source.text[span].len() > 4), "{text}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        let refused = |bytes: &[u8]| read(bytes).expect_err("no text");
        let problem = refused(b"<a>\n \xff\n");
        assert_eq!((problem.at, problem.seen.as_str()), (5, "<a>\n \u{fffd}"));
        assert!(refused(&[0xff, 0xfe, 0x3c]).message.contains("half"));
        assert!(refused(&[0xff, 0xfe, 0, 0xd8, 0x3c, 0]).message.contains("half"));
        assert!(refused(b"\xff\xfe\0\0<\0\0\0").message.contains("UTF-32"));
        assert!(refused(b"<?xml version='1.0' encoding='klingon'?>").message.contains("klingon"));
        assert!(refused(&vec![b' '; MAX_BYTES + 1]).message.contains("larger"));
    }
}
