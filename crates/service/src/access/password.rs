//! Passwords of people: kept as argon2id, which makes each guess cost memory and time.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use leasehold_core::{Rng, random_bytes};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::{AccessError, MIN_LENGTH};
use super::secret::hex;

/// What is kept of a password: enough to check it, with the costs that it was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordHash {
    kibibytes: u32,
    passes: u32,
    salt: String,
    argon2id: String,
}

impl PasswordHash {
    /// The hash of a new password.
    ///
    /// # Errors
    /// [`AccessError::ShortPassword`].
    pub fn new(password: &str, rng: &dyn Rng) -> Result<Self, AccessError> {
        if password.chars().count() < MIN_LENGTH {
            return Err(AccessError::ShortPassword);
        }
        Ok(Self::made(password, hex(&random_bytes::<16>(rng)), (KIBIBYTES, PASSES)))
    }

    /// One that no password has, and that takes as long to check.
    pub fn of_no_account() -> Self {
        Self { kibibytes: KIBIBYTES, passes: PASSES, salt: "0".repeat(32), argon2id: String::new() }
    }

    /// Whether `password` is the one. Takes tens of milliseconds, and as long for a wrong one.
    pub fn is_of(&self, password: &str) -> bool {
        let other = Self::made(password, self.salt.clone(), (self.kibibytes, self.passes));
        let (one, other) = (self.argon2id.as_bytes(), other.argon2id.as_bytes());
        let differing = one.iter().zip(other).fold(0, |differing, (a, b)| differing | (a ^ b));
        one.len() == other.len() && differing == 0 && !one.is_empty()
    }

    /// Empty where the costs are none that argon2id knows.
    fn made(password: &str, salt: String, (kibibytes, passes): (u32, u32)) -> Self {
        let mut hash = Zeroizing::new([0; 32]);
        let made = Params::new(kibibytes.min(MAX_KIBIBYTES), passes.min(MAX_PASSES), 1, Some(32)).and_then(|params| {
            let mut memory = vec![Block::default(); params.block_count()];
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            argon2.hash_password_into_with_memory(password.as_bytes(), salt.as_bytes(), &mut *hash, &mut memory)
        });
        let argon2id = if made.is_ok() { hex(&*hash) } else { String::new() };
        Self { kibibytes, passes, salt, argon2id }
    }
}

/// Memory and passes, as OWASP recommends for argon2id.
const KIBIBYTES: u32 = 19 * 1_024;
const PASSES: u32 = 2;
/// More than a file that was written by another hand may ask for.
const MAX_KIBIBYTES: u32 = 256 * 1_024;
const MAX_PASSES: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Sevens;

    impl Rng for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let hash = PasswordHash::new("correct horse battery", &Sevens).unwrap();
        assert!(hash.is_of("correct horse battery") && !hash.is_of("correct horse batterx") && !hash.is_of(""));
        let kept: PasswordHash = serde_json::from_str(&serde_json::to_string(&hash).unwrap()).unwrap();
        assert!(kept.is_of("correct horse battery"));
        assert!(!PasswordHash::of_no_account().is_of("correct horse battery"));
        assert!(matches!(PasswordHash::new("eleven char", &Sevens), Err(AccessError::ShortPassword)));
    }

    #[test]
    fn a_file_with_senseless_costs_lets_no_one_in() {
        let hash = PasswordHash::new("correct horse battery", &Sevens).unwrap();
        for (kibibytes, passes) in [(0, 0), (u32::MAX, u32::MAX), (1, 1)] {
            assert!(!PasswordHash { kibibytes, passes, ..hash.clone() }.is_of("correct horse battery"));
        }
    }
}
