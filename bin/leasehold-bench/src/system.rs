//! The clocks and the random source of this machine, which measuring reads.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use leasehold_core::Timestamp;

/// The time now.
#[expect(clippy::disallowed_methods, reason = "the one place where this program reads the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// A moment, from which time is measured.
#[expect(clippy::disallowed_methods, reason = "measuring is this program's purpose")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill_random(&mut bytes);
    bytes
}

/// Fills `bytes` with random ones.
#[expect(clippy::disallowed_methods, reason = "the one place where this program draws random bytes")]
pub(crate) fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}
