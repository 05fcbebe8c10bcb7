//! Random bytes as an argument.

use core::fmt;

/// Where random bytes come from.
pub trait Rng: fmt::Debug + Send + Sync {
    /// Fills `bytes` with random ones of cryptographic quality: nonces and keys are made of them.
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` random bytes.
pub fn random_bytes<const N: usize>(rng: &dyn Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill(&mut bytes);
    bytes
}
