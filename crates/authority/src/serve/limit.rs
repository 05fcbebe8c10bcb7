//! How often each of very many may ask: a bucket for each, in a memory that does not grow.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// So many requests a minute, all of which may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub NonZeroU32);

/// Counts what each has asked lately. No more are remembered than there is room for: then those who have asked least are
/// forgotten first, so that whoever asks with a million names loosens the limit for its like and for nobody else.
#[derive(Debug)]
pub(crate) struct Limiter {
    sets: Mutex<Vec<[Debt; WAYS]>>,
    /// Nobody outside can choose names that fall into one set.
    hasher: RandomState,
    /// Microseconds that one request costs.
    cost: u64,
}

/// One that has asked lately.
#[derive(Clone, Copy, Debug, Default)]
struct Debt {
    who: u64,
    /// When all that was asked is paid for, in microseconds; nobody is meant where that has passed.
    until: u64,
}

impl Limiter {
    pub(crate) fn new(rate: Rate) -> Self {
        let sets = Mutex::new(vec![[Debt::default(); WAYS]; SETS]);
        Self { sets, hasher: RandomState::new(), cost: MINUTE / u64::from(rate.0.get()).min(MINUTE) }
    }

    /// Counts a request that comes at `now`, a time since any beginning.
    ///
    /// # Errors
    /// How long to wait until one will be taken; this one is not counted.
    pub(crate) fn take(&self, who: impl Hash, now: Duration) -> Result<(), Duration> {
        self.ask(&who, now, Count::Yes)
    }

    /// Whether a request at `now` would be taken, without counting it.
    ///
    /// # Errors
    /// As for [`Self::take`].
    pub(crate) fn look(&self, who: impl Hash, now: Duration) -> Result<(), Duration> {
        self.ask(&who, now, Count::No)
    }

    fn ask(&self, who: &impl Hash, now: Duration, count: Count) -> Result<(), Duration> {
        let who = self.hasher.hash_one(who);
        // From 1 on, so that an empty place is in nobody's debt.
        let now = u64::try_from(now.as_micros()).unwrap_or(u64::MAX / 2).saturating_add(1);
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        let at = usize::try_from(who % SETS as u64).expect("below a number of places");
        let set = &mut sets[at];
        let own = set.iter().position(|debt| debt.who == who && debt.until > now);
        let place = own.or_else(|| (0..WAYS).min_by_key(|place| set[*place].until)).expect("a set has places");
        let until = own.map_or(now, |place| set[place].until).saturating_add(self.cost);
        match until.saturating_sub(now).checked_sub(MINUTE) {
            Some(wait) if wait > 0 => return Err(Duration::from_micros(wait)),
            Some(_) | None => {}
        }
        if count == Count::Yes {
            set[place] = Debt { who, until };
        }
        Ok(())
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

    fn limiter(rate: u32) -> Limiter {
        Limiter::new(Rate(rate.try_into().unwrap()))
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
        assert_eq!(limiter.take("b", at(5)), Ok(()), "others are not meant");
        assert_eq!(limiter.take("a", at(14)), Err(at(1)), "what was refused has cost nothing");
        assert_eq!(limiter.take("a", at(15)), Ok(()));
        assert_eq!(limiter.take("a", at(15)), Err(at(10)));
        for _ in 0..6 {
            assert_eq!(limiter.take("a", at(600)), Ok(()), "a pause pays for no more than a minute");
        }
        assert!(limiter.take("a", at(600)).is_err());
    }

    #[test]
    fn looking_counts_nothing() {
        let limiter = limiter(1);
        assert_eq!((limiter.look("a", at(0)), limiter.look("a", at(0))), (Ok(()), Ok(())));
        assert_eq!(limiter.take("a", at(0)), Ok(()));
        assert_eq!(limiter.look("a", at(0)), Err(at(60)));
    }

    #[test]
    fn a_million_strangers_take_no_memory_and_free_nobody_who_asks_much() {
        let limiter = limiter(10);
        for _ in 0..10 {
            limiter.take("greedy", at(0)).unwrap();
        }
        for stranger in 0..1_000_000_u32 {
            assert_eq!(limiter.take(stranger, at(0)), Ok(()));
        }
        assert!(limiter.take("greedy", at(0)).is_err());
        assert_eq!(limiter.sets.lock().unwrap().len() * WAYS * size_of::<Debt>(), 1 << 20);
    }

    #[test]
    fn times_beyond_all_bounds_do_no_harm() {
        let limiter = limiter(u32::MAX);
        assert_eq!(limiter.take("a", Duration::MAX), Ok(()));
        assert!(limiter.take("a", Duration::ZERO).is_err());
    }
}
