//! How often each of very many clients may ask: a bucket for each, in a memory that does not grow.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// So many requests a minute, all of which may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub NonZeroU32);

/// Counts what each client has asked lately.
///
/// The table has a fixed size. When a set of it is full, the client that has asked least is forgotten first: if an attacker
/// asks under a million names, only clients that share its hash bucket are affected.
#[derive(Debug)]
pub struct RateLimiter {
    sets: Mutex<Vec<[Bucket; WAYS]>>,
    /// Its keys are random, so that outsiders cannot choose names that fall into one set.
    hasher: RandomState,
    /// Microseconds that one request costs.
    cost: u64,
}

/// A client that has asked lately.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    client: u64,
    /// When all that was asked is paid for, in microseconds; the bucket is empty once that has passed.
    until: u64,
}

impl RateLimiter {
    /// Lets each client ask this often.
    pub fn new(rate: Rate) -> Self {
        let sets = Mutex::new(vec![[Bucket::default(); WAYS]; SETS]);
        Self { sets, hasher: RandomState::new(), cost: MINUTE / u64::from(rate.0.get()).min(MINUTE) }
    }

    /// Counts a request of `client` at `now`, the running time since any fixed moment.
    ///
    /// # Errors
    /// How long to wait until one will be taken; this one is not counted.
    pub fn take(&self, client: impl Hash, now: Duration) -> Result<(), Duration> {
        self.check(&client, now, Count::Yes)
    }

    /// Whether a request of `client` at `now` would be taken, without counting it.
    ///
    /// # Errors
    /// As for [`Self::take`].
    pub fn peek(&self, client: impl Hash, now: Duration) -> Result<(), Duration> {
        self.check(&client, now, Count::No)
    }

    fn check(&self, client: &impl Hash, now: Duration, count: Count) -> Result<(), Duration> {
        let client = self.hasher.hash_one(client);
        // From 1 on, so that an empty bucket has always passed.
        let now = u64::try_from(now.as_micros()).unwrap_or(u64::MAX / 2).saturating_add(1);
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let at = usize::try_from(client % SETS as u64).expect("below a number of sets");
        let set = &mut sets[at];
        let own = set.iter().position(|bucket| bucket.client == client && bucket.until > now);
        let way = own.or_else(|| (0..WAYS).min_by_key(|way| set[*way].until)).expect("a set has buckets");
        let until = own.map_or(now, |way| set[way].until).saturating_add(self.cost);
        match until.saturating_sub(now).checked_sub(MINUTE) {
            Some(wait) if wait > 0 => return Err(Duration::from_micros(wait)),
            Some(_) | None => {}
        }
        if count == Count::Yes {
            set[way] = Bucket { client, until };
        }
        Ok(())
    }
}

/// What addresses are counted by: IPv4 addresses one by one, IPv6 addresses by their /64, which is what one client gets.
pub fn rate_limit_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Yes,
    No,
}

const MINUTE: u64 = 60_000_000;
/// A megabyte in all.
const SETS: usize = 8_192;
const WAYS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(rate: u32) -> RateLimiter {
        RateLimiter::new(Rate(rate.try_into().unwrap()))
    }

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_minutes_requests_may_come_at_once_and_then_one_at_a_time() {
        let limiter = limiter(6);
        for _ in 0..6 {
            assert_eq!(limiter.take("a", at(5)), Ok(()));
        }
        assert_eq!(limiter.take("a", at(5)), Err(at(10)));
        assert_eq!(limiter.take("b", at(5)), Ok(()), "others are not affected");
        assert_eq!(limiter.take("a", at(14)), Err(at(1)), "what was refused has cost nothing");
        assert_eq!(limiter.take("a", at(15)), Ok(()));
        assert_eq!(limiter.take("a", at(15)), Err(at(10)));
        for _ in 0..6 {
            assert_eq!(limiter.take("a", at(600)), Ok(()), "a pause pays for no more than a minute");
        }
        assert!(limiter.take("a", at(600)).is_err());
    }

    #[test]
    fn peeking_counts_nothing() {
        let limiter = limiter(1);
        assert_eq!((limiter.peek("a", at(0)), limiter.peek("a", at(0))), (Ok(()), Ok(())));
        assert_eq!(limiter.take("a", at(0)), Ok(()));
        assert_eq!(limiter.peek("a", at(0)), Err(at(60)));
    }

    #[test]
    fn a_million_strangers_take_no_memory_and_free_no_one_who_asks_too_often() {
        let limiter = limiter(10);
        for _ in 0..10 {
            limiter.take("greedy", at(0)).unwrap();
        }
        for stranger in 0..1_000_000_u32 {
            assert_eq!(limiter.take(stranger, at(0)), Ok(()));
        }
        assert!(limiter.take("greedy", at(0)).is_err());
        assert_eq!(limiter.sets.lock().unwrap().len() * WAYS * size_of::<Bucket>(), 1 << 20);
    }

    #[test]
    fn times_beyond_all_bounds_do_no_harm() {
        let limiter = limiter(u32::MAX);
        assert_eq!(limiter.take("a", Duration::MAX), Ok(()));
        assert!(limiter.take("a", Duration::ZERO).is_err());
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_share_a_bucket() {
        let key = |text: &str| rate_limit_key(text.parse().unwrap()).to_string();
        assert_eq!(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!((key("192.0.2.77"), key("::ffff:192.0.2.77")), ("192.0.2.77".to_owned(), "192.0.2.77".to_owned()));
    }
}
