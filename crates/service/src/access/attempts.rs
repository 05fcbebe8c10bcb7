//! How often passwords may be tried.
//!
//! A browser that has signed in before has tries of its own, so that no stranger can use them up. All others share those of their
//! address, and those of the account: one who guesses from many addresses is slowed down, and the right person in a known browser is
//! not. Who has lost that too makes a one-time link on the machine itself.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

use super::SecretText;
use crate::{Rate, RateLimiter, rate_limit_key};

/// Counts tries that failed.
#[derive(Debug)]
pub(super) struct Attempts {
    devices: RateLimiter,
    addresses: RateLimiter,
    accounts: RateLimiter,
    questions: RateLimiter,
    began: Instant,
}

/// Who tries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt<'a> {
    pub(super) name: &'a str,
    pub(super) from: IpAddr,
    /// What the browser keeps, where it has signed in as this one before.
    pub(super) known_device: Option<&'a str>,
}

impl Attempts {
    pub(super) fn new() -> Self {
        let limiter = |rate| RateLimiter::new(Rate(rate));
        Self {
            devices: limiter(PER_DEVICE),
            addresses: limiter(PER_ADDRESS),
            accounts: limiter(PER_ACCOUNT),
            questions: limiter(QUESTIONS),
            began: Instant::now(),
        }
    }

    /// Whether another try may be made.
    ///
    /// # Errors
    /// How long to wait.
    pub(super) fn may(&self, attempt: Attempt<'_>) -> Result<(), Duration> {
        let now = self.began.elapsed();
        if let Some(device) = attempt.known_device {
            return self.devices.peek(SecretText::hash_of(device), now);
        }
        self.addresses.peek(rate_limit_key(attempt.from), now)?;
        self.accounts.peek(attempt.name, now)
    }

    /// Counts someone who goes to the identity provider.
    ///
    /// # Errors
    /// How long to wait, where too many have gone from this address.
    pub(super) fn ask(&self, from: IpAddr) -> Result<(), Duration> {
        self.questions.take(rate_limit_key(from), self.began.elapsed())
    }

    /// Counts a try that failed.
    pub(super) fn failed(&self, attempt: Attempt<'_>) {
        let now = self.began.elapsed();
        if let Some(device) = attempt.known_device {
            let _ = self.devices.take(SecretText::hash_of(device), now);
            return;
        }
        let _ = self.addresses.take(rate_limit_key(attempt.from), now);
        let _ = self.accounts.take(attempt.name, now);
    }
}

/// How many may go to the identity provider from one address in a minute.
const QUESTIONS: NonZeroU32 = NonZeroU32::new(60).expect("more than none");
/// Failed tries in a minute.
const PER_DEVICE: NonZeroU32 = NonZeroU32::new(10).expect("more than none");
const PER_ADDRESS: NonZeroU32 = NonZeroU32::new(10).expect("more than none");
const PER_ACCOUNT: NonZeroU32 = NonZeroU32::new(20).expect("more than none");

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_who_guesses_locks_out_no_browser_that_is_known() {
        let attempts = Attempts::new();
        let stranger = |last| Attempt { name: "ann", from: [192, 0, 2, last].into(), known_device: None };
        for last in 1..=2 {
            for _ in 0..10 {
                assert!(attempts.may(stranger(last)).is_ok());
                attempts.failed(stranger(last));
            }
            assert!(attempts.may(stranger(last)).is_err(), "the address has used its tries");
        }
        assert!(attempts.may(stranger(3)).is_err(), "so has the account");
        assert!(attempts.may(Attempt { name: "bob", ..stranger(3) }).is_ok(), "others have not");
        let ann = Attempt { known_device: Some("secret"), ..stranger(1) };
        assert!(attempts.may(ann).is_ok(), "from the same address, in her browser");
        for _ in 0..10 {
            attempts.failed(ann);
        }
        assert!(attempts.may(ann).is_err(), "a stolen browser has no more tries than another");
    }
}
