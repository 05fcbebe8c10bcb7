//! Names of keys and documents: sixteen bytes each, shown as lower-case hexadecimal.

use core::fmt;
use core::str::FromStr;

use sha2::{Digest, Sha256};

/// An Ed25519 public key as its 32 bytes; whether they are a usable point is for `leasehold-wire` to say.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(pub [u8; 32]);

/// The name of a vendor, authority, host or client: the first 16 bytes of SHA-256 of its public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 16]);

/// The random name of one document (RFC 8392 section 3.1.7).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cti(pub [u8; 16]);

/// The id of a directory: what its server keeps it by, so that a copy of an object in another directory is of no use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectoryId(pub [u8; 16]);

/// Why a text is no id or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected {expected} hexadecimal digits and nothing else, found {}",
    crate::count(*.found, "character", "characters")
)]
pub struct HexError {
    /// Digits that are needed.
    pub expected: usize,
    /// Characters found, hyphens apart.
    pub found: usize,
}

impl PublicKey {
    /// The name of this key.
    pub fn id(&self) -> KeyId {
        let digest = Sha256::digest(self.0);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        KeyId(id)
    }
}

impl fmt::Display for KeyId {
    /// The shape of a UUID: `8-4-4-4-12` lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Cti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        plain_hex(&self.0, f)
    }
}

impl fmt::Display for DirectoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        plain_hex(&self.0, f)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        plain_hex(&self.0, f)
    }
}

macro_rules! hexadecimal {
    ($($name:ident: $length:literal),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = HexError;

            /// Reads hexadecimal digits of either case; hyphens are ignored.
            fn from_str(text: &str) -> Result<Self, HexError> {
                parse::<$length>(text).map(Self)
            }
        }
    )*};
}
hexadecimal!(KeyId: 16, Cti: 16, DirectoryId: 16, PublicKey: 32);

fn plain_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn parse<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let mut bytes = [0; N];
    let mut found = 0;
    let mut clean = true;
    for digit in text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16)) {
        match digit.and_then(|value| u8::try_from(value).ok()) {
            Some(value) if found < 2 * N => bytes[found / 2] = bytes[found / 2] << 4 | value,
            _ => clean = false,
        }
        found += 1;
    }
    if clean && found == 2 * N { Ok(bytes) } else { Err(HexError { expected: 2 * N, found }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn an_id_is_read_back_from_what_it_shows() {
        let id = PublicKey([7; 32]).id();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().len(), 36);
        assert_eq!(id.to_string().replace('-', "").to_uppercase().parse(), Ok(id));
    }

    #[test]
    fn what_is_not_an_id_says_how_long_it_is() {
        assert_eq!("abc".parse::<KeyId>(), Err(HexError { expected: 32, found: 3 }));
        assert_eq!("zz".repeat(16).parse::<KeyId>(), Err(HexError { expected: 32, found: 32 }));
    }
}
