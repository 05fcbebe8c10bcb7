//! Secrets that a program makes: random, shown once, known afterwards by the hash of their text.
//!
//! One has 256 random bits, so a plain SHA-256 of it can be kept: there is nothing to guess. It is looked up by that hash; the time
//! of a lookup depends on the hash alone, which a caller cannot choose.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_core::{Rng, random_bytes};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The text of a secret. It is shown by its `Display` alone.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// A new one behind `prefix`, by which scanners of code and logs know what they have found.
    pub fn new(prefix: &str, rng: &dyn Rng) -> Self {
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes(rng));
        let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(&*secret));
        Self(Zeroizing::new(format!("{prefix}{}", *encoded)))
    }

    /// The text, to be handed over.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        Self::hash_of(&self.0)
    }

    /// What would be kept of `text`.
    pub fn hash_of(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }

    /// Whether `text` could be a secret behind `prefix`.
    pub fn is_shaped(text: &str, prefix: &str) -> bool {
        text.len() == prefix.len() + ENCODED && text.starts_with(prefix)
    }
}

impl fmt::Display for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// 32 bytes in base64url.
const ENCODED: usize = 43;
