//! How often an address may ask, and how many new clients it may bring.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use leasehold_service::{Rate, RateLimiter, rate_limit_key};

use crate::stages::start;

/// What each address may do in a minute, IPv6 by /64; `None` is as often as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Requests.
    pub requests: Option<Rate>,
    /// Device keys that the host has not seen before.
    pub new_clients: Option<Rate>,
}

/// Counts what addresses do.
#[derive(Debug)]
pub(crate) struct Rates {
    limiters: RwLock<Limiters>,
    began: Instant,
}

#[derive(Debug)]
struct Limiters {
    limits: RateLimits,
    requests: Option<RateLimiter>,
    new_clients: Option<RateLimiter>,
}

impl RateLimits {
    /// No limits.
    pub const NONE: Self = Self { requests: None, new_clients: None };
}

impl Default for RateLimits {
    fn default() -> Self {
        let rate = |per_minute| NonZeroU32::new(per_minute).map(Rate);
        Self { requests: rate(6_000), new_clients: rate(600) }
    }
}

impl Rates {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limiters: RwLock::new(Limiters::new(limits)), began: start() }
    }

    /// Counts anew by these limits, unless they are as before.
    pub(crate) fn set(&self, limits: RateLimits) {
        let mut limiters = self.limiters.write().unwrap_or_else(PoisonError::into_inner);
        if limiters.limits != limits {
            *limiters = Limiters::new(limits);
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// How long to wait.
    pub(crate) fn request(&self, address: IpAddr) -> Result<(), Duration> {
        self.take(self.limiters().requests.as_ref(), address)
    }

    /// Counts a client that was not seen before.
    ///
    /// # Errors
    /// How long to wait.
    pub(crate) fn new_client(&self, address: IpAddr) -> Result<(), Duration> {
        self.take(self.limiters().new_clients.as_ref(), address)
    }

    fn take(&self, limiter: Option<&RateLimiter>, address: IpAddr) -> Result<(), Duration> {
        limiter.map_or(Ok(()), |limiter| limiter.take(rate_limit_key(address), start() - self.began))
    }

    fn limiters(&self) -> RwLockReadGuard<'_, Limiters> {
        self.limiters.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Limiters {
    fn new(limits: RateLimits) -> Self {
        let limiter = |rate: Option<Rate>| rate.map(RateLimiter::new);
        Self { limits, requests: limiter(limits.requests), new_clients: limiter(limits.new_clients) }
    }
}
