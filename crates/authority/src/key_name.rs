//! Which product key is meant: people name it by its last five characters, programs by its id.

use std::fmt;
use std::str::FromStr;

use leasehold_core::{KeyId, Text};

/// The name of a product key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// Of its public half.
    Id(KeyId),
    /// Its last five characters, in upper case, where no other key has the same.
    LastFive(Text),
}

/// Neither an id nor the last five characters of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a product key is named by its id (32 hexadecimal digits) or its last five characters")]
pub struct InvalidKeyName;

impl FromStr for KeyName {
    type Err = InvalidKeyName;

    /// Reads an id, with or without hyphens, or five characters in whatever case, with or without a `…` before them.
    fn from_str(text: &str) -> Result<Self, InvalidKeyName> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        let short = text.trim_start_matches(['…', '.']).to_ascii_uppercase();
        let whole = short.len() == 5 && short.chars().all(|c| c.is_ascii_alphanumeric());
        let last_five = short.parse().ok().filter(|_| whole);
        last_five.map(Self::LastFive).ok_or(InvalidKeyName)
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::LastFive(last_five) => write!(f, "…{last_five}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_by_its_id_or_its_end() {
        let id = KeyId([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(KeyName::Id(id)));
        assert_eq!("AB".repeat(16).parse(), Ok(KeyName::Id(id)));
        let end = KeyName::LastFive("DT242".parse().unwrap());
        for text in ["DT242", "dt242", "…DT242", "...dt242"] {
            assert_eq!(text.parse(), Ok(end.clone()), "{text}");
        }
        assert_eq!(end.to_string().parse(), Ok(end));
        for text in ["", "DT24", "DT2422", "DT-42", "ÄÖÜ", "none"] {
            assert_eq!(text.parse::<KeyName>(), Err(InvalidKeyName), "{text}");
        }
    }
}
