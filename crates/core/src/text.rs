//! Texts with rules: product and family ids, product numbers, names for people.

use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

/// Why a text is no id, name or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// An id has 1 to 63 characters.
    #[error("an id has 1 to 63 characters, this one has {0} bytes")]
    IdLength(usize),
    /// An id consists of lower-case letters, digits and hyphens and starts with no hyphen.
    #[error("an id consists of a-z, 0-9 and hyphens and does not start with a hyphen")]
    IdCharacter,
    /// Other texts have at most 255 bytes.
    #[error("a text has at most 255 bytes, this one has {0}")]
    TextLength(usize),
    /// No text has control characters.
    #[error("a text has no control characters")]
    TextControl,
    /// A product or family number is below 2^20.
    #[error("a number is a whole number from 0 to 1048575")]
    Number,
}

/// `[a-z0-9][a-z0-9-]{0,62}`, kept in place: reading one allocates nothing.
///
/// The order is that of deterministic CBOR keys (RFC 8949 section 4.2.1): shorter first, then by bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Id {
    length: u8,
    bytes: [u8; 63],
}

impl Id {
    fn new(text: &str) -> Result<Self, TextError> {
        let given = text.as_bytes();
        let Ok(length @ 1..=63) = u8::try_from(given.len()) else {
            return Err(TextError::IdLength(given.len()));
        };
        let allowed = |b: &u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if given[0] == b'-' || !given.iter().all(allowed) {
            return Err(TextError::IdCharacter);
        }
        let mut bytes = [0; 63];
        bytes[..given.len()].copy_from_slice(given);
        Ok(Self { length, bytes })
    }

    fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..usize::from(self.length)]).expect("an id is ASCII")
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Id);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                Id::new(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }
    )*};
}
ids!(
    /// What is licensed, such as `acme-cad`.
    ProductId,
    /// The products whose clients are counted together.
    FamilyId,
    /// A token for an admin API, such as `web-shop`.
    TokenName,
    /// An administrator who signs in to a dashboard, such as `ann`.
    AdminName
);

/// A text for people: at most 255 bytes of UTF-8 without control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Text {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if text.len() > 255 {
            return Err(TextError::TextLength(text.len()));
        }
        if text.chars().any(char::is_control) {
            return Err(TextError::TextControl);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Text {
    /// The text for people: characters that turn the direction of what is read are shown by their numbers, so that no name
    /// makes a line say something else.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.contains(turns_direction) {
            return f.pad(&self.0);
        }
        for character in self.0.chars() {
            if turns_direction(character) {
                write!(f, "\\u{:04x}", u32::from(character))?;
            } else {
                fmt::Write::write_char(f, character)?;
            }
        }
        Ok(())
    }
}

/// Whether a character turns the direction of the text around it (the bidirectional controls of Unicode).
pub const fn turns_direction(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// The 20-bit number of a product or, in host and multiple keys, of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductNumber(u32);

impl ProductNumber {
    /// How many numbers there are.
    pub const COUNT: u32 = 1 << 20;

    /// The number as an integer below [`Self::COUNT`].
    pub const fn value(self) -> u32 {
        self.0
    }
}

impl TryFrom<u64> for ProductNumber {
    type Error = TextError;

    fn try_from(value: u64) -> Result<Self, TextError> {
        match u32::try_from(value) {
            Ok(small) if small < Self::COUNT => Ok(Self(small)),
            _ => Err(TextError::Number),
        }
    }
}

impl FromStr for ProductNumber {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        text.parse::<u64>().map_err(|_| TextError::Number)?.try_into()
    }
}

impl fmt::Display for ProductNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_lower_case_and_starts_with_no_hyphen() {
        assert!("acme-cad".parse::<ProductId>().is_ok());
        assert!("a".repeat(63).parse::<ProductId>().is_ok());
        assert_eq!("a".repeat(64).parse::<ProductId>(), Err(TextError::IdLength(64)));
        assert_eq!("".parse::<ProductId>(), Err(TextError::IdLength(0)));
        for bad in ["-a", "A", "a_b", "é"] {
            assert_eq!(bad.parse::<FamilyId>(), Err(TextError::IdCharacter), "{bad}");
        }
    }

    #[test]
    fn ids_are_ordered_as_deterministic_cbor_orders_them() {
        let (short, long): (ProductId, ProductId) = ("z".parse().unwrap(), "aa".parse().unwrap());
        assert!(short < long);
    }

    #[test]
    fn a_text_has_a_length_and_no_control_characters() {
        assert!("Grüße".parse::<Text>().is_ok());
        assert_eq!("a\nb".parse::<Text>(), Err(TextError::TextControl));
        assert_eq!("x".repeat(256).parse::<Text>(), Err(TextError::TextLength(256)));
    }

    #[test]
    fn what_turns_the_direction_of_a_text_is_shown_by_its_number_and_kept_as_it_is() {
        let turning = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'];
        for character in turning {
            let text: Text = alloc::format!("pc-{character}1").parse().unwrap();
            let number = alloc::format!("pc-\\u{:04x}1", u32::from(character));
            assert_eq!(alloc::format!("{text}"), number);
            assert!(alloc::format!("{text:?}").is_ascii());
            assert!(text.as_str().contains(character));
        }
        assert_eq!(alloc::format!("{:<5}|", "ab".parse::<Text>().unwrap()), "ab   |");
    }
}
