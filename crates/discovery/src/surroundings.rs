//! Clock and chance as arguments.

use std::fmt;
use std::time::Duration;

/// Where running time and random bytes come from. This crate has neither of its own.
pub trait Surroundings: fmt::Debug + Send + Sync {
    /// Time since some beginning, on a clock that nobody sets.
    fn running(&self) -> Duration;

    /// Fills `bytes` with random ones; they guard against forged answers, so nobody may be able to foretell them.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Surroundings + '_ {
    /// A random number for a message.
    pub(crate) fn id(&self) -> u16 {
        let mut bytes = [0; 2];
        self.fill(&mut bytes);
        u16::from_ne_bytes(bytes)
    }

    /// A random number below `end`, every one as likely as the others; 0 where `end` is 0.
    pub(crate) fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        let scaled = u128::from(u64::from_ne_bytes(bytes)) * u128::from(end);
        u64::try_from(scaled >> 64).expect("less than a factor that fits")
    }
}
