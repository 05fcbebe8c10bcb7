//! Random numbers for messages and for choosing among records.

use leasehold_core::{Rng, random_bytes};

/// A random number for a message; it guards against forged answers.
pub(crate) fn id(rng: &dyn Rng) -> u16 {
    u16::from_ne_bytes(random_bytes(rng))
}

/// A random number below `end`, every one as likely as the others; 0 where `end` is 0.
pub(crate) fn below(rng: &dyn Rng, end: u64) -> u64 {
    let scaled = u128::from(u64::from_ne_bytes(random_bytes(rng))) * u128::from(end);
    u64::try_from(scaled >> 64).expect("less than a factor that fits")
}
