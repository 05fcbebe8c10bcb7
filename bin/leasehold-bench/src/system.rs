//! The clocks and the random source of this machine, which measuring reads.

use std::time::Instant;

use leasehold_client::{SystemClock, SystemRng};
use leasehold_core::{Clock, Timestamp, random_bytes};

/// The time now.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// A moment, from which time is measured.
#[expect(clippy::disallowed_methods, reason = "measuring is this program's purpose")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    random_bytes(&SystemRng)
}
