//! Ids as people type them: whole, or their first digits as a narrow table shows them.

use std::fmt;
use std::str::FromStr;

use leasehold_core::{Code, Cti, DirectoryId, KeyId};

use crate::failure::Failure;

/// The first digits of an id, at least eight; or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdStart {
    /// Lower-case hexadecimal digits.
    digits: String,
    /// As it was typed.
    typed: String,
}

/// An id that can be named by its first digits.
pub(crate) trait Id: Copy + Ord + fmt::Display {
    /// Its bytes, whose digits it shows.
    fn bytes(&self) -> [u8; BYTES];
}

impl Id for KeyId {
    fn bytes(&self) -> [u8; BYTES] {
        self.0
    }
}

impl Id for DirectoryId {
    fn bytes(&self) -> [u8; BYTES] {
        self.0
    }
}

impl Id for Cti {
    fn bytes(&self) -> [u8; BYTES] {
        self.0
    }
}

impl IdStart {
    /// The one id `among` those there are that begins so; `None` where none does.
    ///
    /// # Errors
    /// Several begin so: the message names some of them.
    pub(crate) fn find<T: Id>(&self, what: &str, among: impl IntoIterator<Item = T>) -> Result<Option<T>, Failure> {
        let mut found: Vec<T> = among.into_iter().filter(|id| self.begins(*id)).collect();
        found.sort_unstable();
        found.dedup();
        if found.len() < 2 {
            return Ok(found.pop());
        }
        let shown: Vec<String> = found.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = if found.len() > SHOWN { " and others" } else { "" };
        Err(Failure::refused(Code::AmbiguousId, format!("{what} {self}: {}{more} begin so", shown.join(", "))))
    }

    /// The lowest id that begins so: where ids are looked through in their order, those that begin so follow it.
    pub(crate) fn lowest(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        for (byte, pair) in bytes.iter_mut().zip(self.digits.as_bytes().chunks(2)) {
            let pair = [pair[0], pair.get(1).copied().unwrap_or(b'0')];
            let pair = str::from_utf8(&pair).expect("digits are ASCII");
            *byte = u8::from_str_radix(pair, 16).expect("digits are hexadecimal");
        }
        bytes
    }

    /// The bytes of the id, where all its digits are given.
    pub(crate) fn whole(&self) -> Option<[u8; BYTES]> {
        (self.digits.len() == 2 * BYTES).then(|| self.lowest())
    }

    /// Whether `id` begins so.
    pub(crate) fn begins(&self, id: impl Id) -> bool {
        crate::output::hex(&id.bytes()).starts_with(&self.digits)
    }
}

/// The text is neither an id nor the beginning of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAnId;

impl FromStr for IdStart {
    type Err = NotAnId;

    /// Reads hexadecimal digits of either case; hyphens are ignored.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits: String = text.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
        let whole = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if whole && (MIN_DIGITS..=2 * BYTES).contains(&digits.len()) {
            Ok(Self { digits, typed: text.to_owned() })
        } else {
            Err(NotAnId)
        }
    }
}

impl fmt::Display for IdStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an id is {} hexadecimal digits, or its first {MIN_DIGITS} or more", 2 * BYTES)
    }
}

impl std::error::Error for NotAnId {}

const BYTES: usize = 16;
/// As many as a narrow table shows.
const MIN_DIGITS: usize = 8;
/// Ids that are named where several begin with the same digits.
const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: KeyId = KeyId([0x1d, 0x2f, 0x3a, 0x4b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const TWO: KeyId = KeyId([0x1d, 0x2f, 0x3a, 0x4b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    const OTHER: KeyId = KeyId([0xff; 16]);

    fn start(text: &str) -> IdStart {
        text.parse().expect("the beginning of an id")
    }

    #[test]
    fn an_id_is_found_by_all_its_digits_or_the_first() {
        for text in [ONE.to_string(), ONE.to_string().replace('-', "").to_uppercase(), "1d2f3a4b".to_owned()] {
            assert_eq!(start(&text).find("host", [ONE, OTHER]).unwrap(), Some(ONE), "{text}");
        }
        assert_eq!(start("1d2f3a4b-0001").find("host", [ONE, OTHER]).unwrap(), None);
        assert_eq!(start("ffffffff").find("host", [OTHER, OTHER]).unwrap(), Some(OTHER), "the same one twice is one");
    }

    #[test]
    fn where_several_ids_begin_alike_they_are_named() {
        let failure = start("1d2f3a4b").find("host", [ONE, TWO, OTHER]).unwrap_err();
        assert_eq!(failure.code(), Code::AmbiguousId);
        assert_eq!(failure.message(), format!("host 1d2f3a4b: {ONE}, {TWO} begin so"));
        assert_eq!(start(&TWO.to_string()).find("host", [ONE, TWO]).unwrap(), Some(TWO));
    }

    #[test]
    fn the_lowest_id_that_begins_so_is_its_digits_and_zeros() {
        assert_eq!(start("1d2f3a4bc").lowest()[..6], [0x1d, 0x2f, 0x3a, 0x4b, 0xc0, 0]);
        assert_eq!(start(&TWO.to_string()).lowest(), TWO.0);
    }

    #[test]
    fn fewer_digits_or_others_are_no_id() {
        for text in ["", "1d2f3a4", "1d2f3a4g", "acme-cad", &"a".repeat(33)] {
            assert_eq!(text.parse::<IdStart>(), Err(NotAnId), "{text}");
        }
    }
}
