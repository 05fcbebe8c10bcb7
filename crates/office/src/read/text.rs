//! Texts as consoles, scripts and editors leave them: decoded whatever their encoding is, cut into lines, and joined again
//! where a console has wrapped them. What the lines mean is left to those who read them.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

use super::code_page;
pub use super::encoding::Encoding;

/// The longest line that is kept, in bytes of UTF-8; what goes beyond it is dropped and the line marked as cut.
pub const MAX_LINE: usize = 64 * 1024;

/// As much of a word that was cut as is dropped: more than a product key.
const MAX_WORD: usize = 32;

/// The widths at which consoles wrap, in columns.
const WIDTHS: [usize; 3] = [80, 100, 120];

/// What decides on UTF-16 without a byte order mark, in bytes.
const SAMPLE: usize = 4096;

/// What may stand before a text in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

const CHUNK: usize = 32 * 1024;

/// Decodes a whole text, without its byte order mark. Nothing is refused: what fits no Unicode encoding is taken for the
/// code page of Windows or of a console in which it has the likeliest words.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Encoding) {
    match wide(bytes) {
        Some(encoding) => {
            let decoder = if encoding == Encoding::Utf16Le { UTF_16LE } else { UTF_16BE };
            (decoder.decode_with_bom_removal(bytes).0, encoding)
        }
        None => narrow(bytes.strip_prefix(MARK).unwrap_or(bytes)),
    }
}

/// UTF-16, if the beginning of a text shows it: by its mark, or by the zeros that Latin letters have in it.
fn wide(start: &[u8]) -> Option<Encoding> {
    if start.starts_with(&[0xff, 0xfe]) {
        return Some(Encoding::Utf16Le);
    }
    if start.starts_with(&[0xfe, 0xff]) {
        return Some(Encoding::Utf16Be);
    }
    let sample = &start[..start.len().min(SAMPLE)];
    if !sample.contains(&0) {
        return None;
    }
    let zeros = |half: usize| sample.iter().skip(half).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (high, low) if low > high && low * 20 >= sample.len() => Some(Encoding::Utf16Le),
        (high, low) if high > low && high * 20 >= sample.len() => Some(Encoding::Utf16Be),
        _ => None,
    }
}

fn narrow(bytes: &[u8]) -> (Cow<'_, str>, Encoding) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), Encoding::Utf8);
    }
    let (text, encoding) = code_page::decode(bytes);
    (Cow::Owned(text), encoding)
}

/// One line of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// The line without its end.
    pub text: String,
    /// Whether it was longer than [`MAX_LINE`] and its rest was dropped.
    pub cut: bool,
}

/// Reads a text line by line, in bounded memory. Lines end in LF, CR LF, CR CR LF or CR; each is decoded by itself unless
/// the text is UTF-16, so that files of several encodings put together are read too.
pub struct Lines<R> {
    source: R,
    decoder: Option<Decoder>,
    encoding: Option<Encoding>,
    chunk: Vec<u8>,
    taken: usize,
    pending: Vec<u8>,
    number: u64,
    cut: bool,
    after_return: bool,
    ended: bool,
}

impl<R: Read> Lines<R> {
    /// Lines of what `source` gives.
    pub fn new(source: R) -> Self {
        Self {
            source,
            decoder: None,
            encoding: None,
            chunk: Vec::new(),
            taken: 0,
            pending: Vec::new(),
            number: 0,
            cut: false,
            after_return: false,
            ended: false,
        }
    }

    /// The encoding met so far: the last that was not UTF-8.
    pub fn encoding(&self) -> Encoding {
        self.encoding.unwrap_or(Encoding::Utf8)
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(CHUNK);
        self.ended = self.source.by_ref().take(CHUNK as u64).read_to_end(&mut bytes)? < CHUNK;
        if self.encoding.is_none() {
            let encoding = wide(&bytes);
            self.encoding = Some(encoding.unwrap_or(Encoding::Utf8));
            if let Some(encoding) = encoding {
                let of = if encoding == Encoding::Utf16Le { UTF_16LE } else { UTF_16BE };
                self.decoder = Some(of.new_decoder_with_bom_removal());
            }
        }
        self.taken = 0;
        self.chunk = match &mut self.decoder {
            Some(decoder) => utf8(decoder, &bytes, self.ended),
            None => bytes,
        };
        Ok(())
    }

    fn finish(&mut self) -> Line {
        self.number += 1;
        let mut bytes = std::mem::take(&mut self.pending);
        if bytes.starts_with(MARK) {
            bytes.drain(..MARK.len());
        }
        if self.cut {
            // A word that was cut may be a product key, which half is not recognised any more.
            let word =
                bytes.iter().rev().take(MAX_WORD).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-');
            bytes.truncate(bytes.len() - word.count());
        }
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let (text, encoding) = narrow(error.as_bytes());
            self.encoding = Some(encoding);
            text.into_owned()
        });
        Line { number: self.number, text, cut: std::mem::take(&mut self.cut) }
    }

    fn keep(&mut self, end: usize) {
        let room = MAX_LINE.saturating_sub(self.pending.len());
        let part = &self.chunk[self.taken..end];
        self.cut |= part.len() > room;
        self.pending.extend_from_slice(&part[..part.len().min(room)]);
        self.taken = end;
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.taken == self.chunk.len() {
                if self.ended {
                    let rest = !self.pending.is_empty();
                    return rest.then(|| Ok(self.finish()));
                }
                if let Err(error) = self.fill() {
                    self.ended = true;
                    return Some(Err(error));
                }
                continue;
            }
            if self.after_return && matches!(self.chunk[self.taken], b'\n' | b'\r') {
                self.after_return = self.chunk[self.taken] == b'\r';
                self.taken += 1;
                continue;
            }
            self.after_return = false;
            let end = self.chunk[self.taken..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let Some(end) = end.map(|end| self.taken + end) else {
                self.keep(self.chunk.len());
                continue;
            };
            self.keep(end);
            self.after_return = self.chunk[end] == b'\r';
            self.taken += 1;
            return Some(Ok(self.finish()));
        }
    }
}

fn utf8(decoder: &mut Decoder, bytes: &[u8], last: bool) -> Vec<u8> {
    let max = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len().saturating_mul(3));
    let mut text = String::with_capacity(max);
    let (result, _, _) = decoder.decode_to_string(bytes, &mut text, last);
    debug_assert_eq!(result, CoderResult::InputEmpty);
    text.into_bytes()
}

/// The first `max` bytes of `text`, at the border of a character.
pub(crate) fn floor(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// How a line goes on in the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// Not at all.
    No,
    /// In the middle of a word: a console wraps by columns.
    Within,
    /// After a blank that stood in the last column and was trimmed since.
    AtBlank,
}

/// Whether `line` is as wide as a console, so that what follows and begins nothing of its own may belong to it.
pub fn wrapped(line: &str) -> Wrap {
    // There are never more characters than bytes, and most lines are shorter than any console.
    if line.len() + 1 < WIDTHS[0] {
        return Wrap::No;
    }
    let columns = line.chars().count();
    if WIDTHS.contains(&columns) {
        Wrap::Within
    } else if WIDTHS.contains(&(columns + 1)) {
        Wrap::AtBlank
    } else {
        Wrap::No
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(bytes: &[u8]) -> Vec<String> {
        Lines::new(bytes).map(|line| line.unwrap().text).collect()
    }

    fn wide_bytes(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn every_encoding_of_a_windows_console_is_read() {
        let text = "Müller: é\r\n";
        let forms: [(Vec<u8>, Encoding); 7] = [
            (text.into(), Encoding::Utf8),
            (format!("\u{feff}{text}").into_bytes(), Encoding::Utf8),
            (wide_bytes(&format!("\u{feff}{text}"), u16::to_le_bytes), Encoding::Utf16Le),
            (wide_bytes(text, u16::to_le_bytes), Encoding::Utf16Le),
            (wide_bytes(&format!("\u{feff}{text}"), u16::to_be_bytes), Encoding::Utf16Be),
            (b"M\xfcller: \xe9\r\n".to_vec(), Encoding::Windows1252),
            (b"M\x81ller: \x82\r\n".to_vec(), Encoding::Oem850),
        ];
        for (bytes, encoding) in forms {
            assert_eq!(decode(&bytes), (Cow::Borrowed(text), encoding));
            let mut read = Lines::new(bytes.as_slice());
            assert_eq!(read.next().unwrap().unwrap().text, "Müller: é", "{encoding}");
            assert!(read.next().is_none());
            assert_eq!(read.encoding(), encoding);
        }
    }

    #[test]
    fn lines_end_as_each_system_and_each_redirection_ends_them() {
        assert_eq!(lines(b"a\nb\r\nc\r\r\nd\re"), ["a", "b", "c", "d", "e"]);
        assert_eq!(lines(b"a\n\nb\r\n\r\nc"), ["a", "", "b", "", "c"]);
        assert_eq!(lines(b""), Vec::<String>::new());
    }

    #[test]
    fn a_line_without_end_is_cut_and_said_so() {
        let long = vec![b'x'; MAX_LINE * 3];
        let line = Lines::new(long.as_slice()).next().unwrap().unwrap();
        assert_eq!((line.text.len(), line.cut), (MAX_LINE - MAX_WORD, true));
    }

    proptest! {
        #[test]
        fn no_bytes_are_refused_and_no_memory_runs_away(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
            let _ = decode(&bytes);
            for line in Lines::new(bytes.as_slice()) {
                prop_assert!(line.unwrap().text.len() <= MAX_LINE * 3);
            }
        }

        #[test]
        fn lines_of_wide_and_narrow_texts_are_the_same(text in "[ -~éü\n]{1,400}") {
            let text = format!("a{text}");
            prop_assert_eq!(lines(text.as_bytes()), lines(&wide_bytes(&text, u16::to_le_bytes)));
        }
    }
}
