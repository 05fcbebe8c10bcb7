//! CBOR as journals have it: whole numbers, byte strings, texts and arrays, each in its shortest form. Anything else is refused
//! where it stands, so that nothing needs to be written again to be compared.

use crate::reason::Malformed;

/// Reads one item from its first byte to its last.
#[derive(Clone, Debug)]
pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

/// Begins a byte string of the file: how many bytes its head has, and how many follow. `bytes` are the first of the file's next item,
/// five or more where there are so many.
///
/// # Errors
/// [`Malformed`] where no byte string begins there that is short enough for a journal; `Ok(None)` where more bytes are needed.
pub fn head(bytes: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
    let Some(first) = bytes.first() else { return Ok(None) };
    let length = 1 + match first & 31 {
        0..24 => 0,
        24 => 1,
        25 => 2,
        26 => 4,
        _ => return Err(NOT_AN_ITEM),
    };
    if first >> 5 != BYTES {
        return Err(NOT_AN_ITEM);
    }
    if bytes.len() < length {
        return Ok(None);
    }
    let size = Reader::new(&bytes[..length]).number(BYTES)?;
    let size = usize::try_from(size).ok().filter(|size| *size <= super::MAX_ITEM);
    size.map(|size| Some((length, size))).ok_or(Malformed("an item longer than any of a journal"))
}

impl<'b> Reader<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// A whole number.
    pub(super) fn uint(&mut self) -> Result<u64, Malformed> {
        self.number(UINT)
    }

    /// A number that counts from 1.
    pub(super) fn count_from_one(&mut self) -> Result<u64, Malformed> {
        match self.uint()? {
            0 => Err(Malformed("a zero where numbers count from 1")),
            number => Ok(number),
        }
    }

    pub(super) fn bytes(&mut self) -> Result<&'b [u8], Malformed> {
        let size = self.number(BYTES)?;
        self.take(size)
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes()?.try_into().map_err(|_| Malformed("a byte string of the wrong length"))
    }

    /// A text with rules of its own.
    pub(super) fn parsed<T: core::str::FromStr>(&mut self) -> Result<T, Malformed> {
        const WRONG: Malformed = Malformed("a text that is not of the form its place asks for");
        let size = self.number(TEXT)?;
        let text = core::str::from_utf8(self.take(size)?).map_err(|_| WRONG)?;
        text.parse().map_err(|_| WRONG)
    }

    /// The head of an array.
    pub(super) fn array(&mut self) -> Result<u64, Malformed> {
        self.number(ARRAY)
    }

    /// The head of an array of this length.
    pub(super) fn array_of(&mut self, length: u64) -> Result<(), Malformed> {
        if self.array()? == length { Ok(()) } else { Err(Malformed("an array of another length")) }
    }

    /// Everything has been read.
    pub(super) const fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed("bytes after the end of an item")) }
    }

    fn take(&mut self, size: u64) -> Result<&'b [u8], Malformed> {
        let (taken, rest) =
            usize::try_from(size).ok().and_then(|size| self.rest.split_at_checked(size)).ok_or(ENDS_EARLY)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self, major: u8) -> Result<u64, Malformed> {
        let (&first, rest) = self.rest.split_first().ok_or(ENDS_EARLY)?;
        if first >> 5 != major {
            return Err(Malformed("not the CBOR that its place in the journal asks for"));
        }
        let short = first & 31;
        let length = match short {
            0..24 => 0,
            24..28 => 1_usize << (short - 24),
            _ => return Err(Malformed("a length that is not given, or a kind of number that there is not")),
        };
        let (digits, rest) = rest.split_at_checked(length).ok_or(ENDS_EARLY)?;
        self.rest = rest;
        if length == 0 {
            return Ok(u64::from(short));
        }
        let number = digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit));
        let least = if length == 1 { 24 } else { 1 << (4 * length) };
        if number < least { Err(Malformed("a number that is not in its shortest form")) } else { Ok(number) }
    }
}

const UINT: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const ENDS_EARLY: Malformed = Malformed("an item that ends too early");
const NOT_AN_ITEM: Malformed = Malformed("not the head of an item (a byte string of a known length)");
