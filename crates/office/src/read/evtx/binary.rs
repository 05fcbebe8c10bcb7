//! Binary XML, in which records are written ([MS-EVEN6] section 2.2.12): tokens with names and templates that lie elsewhere in
//! the chunk.

use super::number;
use super::values::{Value, text_of_utf16, write_escaped};
use crate::read::event::MAX_EVENT;

/// A fragment being written as XML.
pub(super) struct Fragment<'c> {
    chunk: &'c [u8],
    out: String,
    /// The elements that are open.
    open: Vec<String>,
    /// The attribute whose value comes next.
    attribute: Option<String>,
    /// Tokens that may still be read: templates inside each other must not multiply the work.
    tokens: usize,
}

/// Where tokens are read.
#[derive(Clone, Copy)]
struct Tokens<'v> {
    at: usize,
    end: usize,
    /// The values of the template, where it is one; its elements name what they depend on.
    values: Option<&'v [Value]>,
    depth: usize,
}

impl<'c> Fragment<'c> {
    /// The XML of the fragment between two places of a chunk; `None` where it is damaged or too large.
    pub(super) fn xml(chunk: &'c [u8], at: usize, end: usize) -> Option<String> {
        let mut fragment = Self { chunk, out: String::new(), open: Vec::new(), attribute: None, tokens: MAX_TOKENS };
        fragment.read(Tokens { at, end, values: None, depth: 0 })?;
        (fragment.open.is_empty() && !fragment.out.is_empty()).then_some(fragment.out)
    }

    fn read(&mut self, mut tokens: Tokens<'_>) -> Option<()> {
        if tokens.depth > MAX_DEPTH || tokens.end > self.chunk.len() {
            return None;
        }
        while tokens.at < tokens.end {
            self.tokens = self.tokens.checked_sub(1)?;
            if self.out.len() > MAX_EVENT {
                return None;
            }
            let token = self.chunk[tokens.at];
            tokens.at += 1;
            // The bit says that more of the same follows.
            match token & !0x40 {
                0x00 => return Some(()),
                0x01 => self.element(&mut tokens, token)?,
                0x02 => self.close_start(">"),
                0x03 => {
                    self.close_start("/>");
                    self.open.pop()?;
                }
                0x04 => {
                    let name = self.open.pop()?;
                    self.out.extend(["</", &name, ">"]);
                }
                0x05 => self.literal(&mut tokens)?,
                0x06 => {
                    self.end_attribute();
                    self.attribute = Some(self.name(&mut tokens)?);
                }
                0x07 => {
                    let text = self.counted(&mut tokens)?;
                    self.text(&text);
                }
                0x08 => {
                    let code = u32::try_from(self.take::<2>(&mut tokens)?).ok()?;
                    self.text(char::from_u32(code)?.encode_utf8(&mut [0; 4]));
                }
                0x09 => self.entity(&mut tokens)?,
                // A processing instruction says nothing of an event.
                0x0a => drop(self.name(&mut tokens)?),
                0x0b => drop(self.counted(&mut tokens)?),
                0x0c => self.template(&mut tokens)?,
                0x0d | 0x0e => self.substitution(&mut tokens)?,
                0x0f => tokens.at += 3,
                _ => return None,
            }
        }
        Some(())
    }

    /// A number of `N` bytes.
    fn take<const N: usize>(&self, tokens: &mut Tokens<'_>) -> Option<usize> {
        let found = number::<N>(self.chunk, tokens.at)?;
        tokens.at += N;
        Some(found)
    }

    fn element(&mut self, tokens: &mut Tokens<'_>, token: u8) -> Option<()> {
        if tokens.values.is_some() {
            self.take::<2>(tokens)?;
        }
        self.take::<4>(tokens)?;
        let name = self.name(tokens)?;
        if token & 0x40 != 0 {
            self.take::<4>(tokens)?;
        }
        self.end_attribute();
        self.out.extend(["\n<", &name]);
        self.open.push(name);
        (self.open.len() <= MAX_DEPTH).then_some(())
    }

    fn close_start(&mut self, end: &str) {
        self.end_attribute();
        self.out.push_str(end);
    }

    /// Ends an attribute to which no value came.
    fn end_attribute(&mut self) {
        if self.attribute.take().is_some_and(|name| name.is_empty()) {
            self.out.push('"');
        }
    }

    /// A name lies at its first use, and is pointed at from then on.
    fn name(&self, tokens: &mut Tokens<'_>) -> Option<String> {
        let place = self.take::<4>(tokens)?;
        let length = number::<2>(self.chunk, place.checked_add(6)?).filter(|length| *length <= MAX_NAME)?;
        if place == tokens.at {
            tokens.at += 10 + 2 * length;
        }
        let name = text_of_utf16(self.chunk.get(place + 8..place + 8 + 2 * length)?);
        let fits = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
            && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        fits.then_some(name)
    }

    /// A text with the number of its characters before it.
    fn counted(&self, tokens: &mut Tokens<'_>) -> Option<String> {
        let length = 2 * self.take::<2>(tokens)?;
        let text = self.chunk.get(tokens.at..tokens.at + length)?;
        tokens.at += length;
        Some(text_of_utf16(text))
    }

    /// A value that stands in the fragment itself: texts alone do.
    fn literal(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        if self.take::<1>(tokens)? != 1 {
            return None;
        }
        let text = self.counted(tokens)?;
        self.text(&text);
        Some(())
    }

    fn entity(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        let name = self.name(tokens)?;
        let text = match name.as_str() {
            "amp" => "&",
            "lt" => "<",
            "gt" => ">",
            "quot" => "\"",
            "apos" => "'",
            _ => return None,
        };
        self.text(text);
        Some(())
    }

    /// Writes text, into the attribute that is open or between the elements.
    fn text(&mut self, text: &str) {
        if let Some(name) = self.attribute.take() {
            if !name.is_empty() {
                self.out.extend([" ", &name, "=\""]);
            }
            // The quotation mark is open from here on.
            self.attribute = Some(String::new());
        }
        write_escaped(text, &mut self.out);
    }

    fn template(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        self.take::<1>(tokens)?;
        self.take::<4>(tokens)?;
        let place = self.take::<4>(tokens)?;
        let length = number::<4>(self.chunk, place.checked_add(20)?)?;
        let (from, end) = (place + TEMPLATE_HEADER, place.checked_add(TEMPLATE_HEADER)?.checked_add(length)?);
        if place == tokens.at {
            tokens.at = end;
        }
        let values = self.values(tokens)?;
        self.read(Tokens { at: from, end, values: Some(&values), depth: tokens.depth + 1 })
    }

    fn values(&mut self, tokens: &mut Tokens<'_>) -> Option<Vec<Value>> {
        let count = self.take::<4>(tokens)?;
        let forms = self.chunk.get(tokens.at..tokens.at.checked_add(count.checked_mul(4)?)?)?;
        tokens.at += forms.len();
        let mut values = Vec::with_capacity(count);
        for form in forms.chunks_exact(4) {
            let length = usize::from(u16::from_le_bytes([form[0], form[1]]));
            let bytes = self.chunk.get(tokens.at..tokens.at + length)?;
            values.push(Value::read(form[2], bytes, tokens.at));
            self.tokens = self.tokens.checked_sub(1 + length / WORK)?;
            tokens.at += length;
        }
        Some(values)
    }

    fn substitution(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        let at = self.take::<2>(tokens)?;
        self.take::<1>(tokens)?;
        match tokens.values?.get(at) {
            Some(Value::Text(text)) => self.text(text),
            Some(Value::Texts(texts)) => {
                for (at, text) in texts.iter().enumerate() {
                    // Each of several values is an element of its own.
                    if let Some(name) = self.open.last().filter(|_| at > 0 && self.attribute.is_none()) {
                        self.out.extend(["</", name, ">\n<", name, ">"]);
                    }
                    self.text(text);
                }
            }
            Some(Value::Fragment(place)) => {
                self.read(Tokens { at: place.start, end: place.end, values: None, depth: tokens.depth + 1 })?;
            }
            Some(Value::Null) | None => {}
        }
        Some(())
    }
}

/// What stands before a template's tokens: the place of the next one, an id, the length.
const TEMPLATE_HEADER: usize = 24;
/// More elements or fragments inside each other than events have.
const MAX_DEPTH: usize = 32;
/// A longer name than elements have, in characters.
const MAX_NAME: usize = 256;
/// As many bytes of a value as are as much work as a token.
const WORK: usize = 64;
/// More tokens than an event of the largest size has.
const MAX_TOKENS: usize = 50_000;
