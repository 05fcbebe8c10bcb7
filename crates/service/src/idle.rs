//! When what a connection is doing has gone on for too long.
//!
//! Each connection is looked at a few times in the shortest of its timeouts. So no request pays for a timer of its own,
//! and a timeout is noticed late by half of that at most, never early.

use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;
use crate::activity::{Activity, Requests};

/// How often a connection is looked at, and how many looks the timeouts of its requests are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CheckIntervals {
    pub(crate) every: Duration,
    pub(crate) body: u32,
    pub(crate) answer: u32,
}

impl CheckIntervals {
    pub(crate) fn new(limits: &Limits) -> Self {
        let shortest =
            limits.header_timeout.min(limits.body_timeout).min(limits.answer_timeout).min(limits.idle_timeout);
        let every = (shortest / 4).max(Duration::from_millis(1));
        // One more than go into the time: the first may come at once.
        let looks = |timeout: Duration| {
            let whole = timeout.as_nanos().div_ceil(every.as_nanos());
            u32::try_from(whole).map_or(u32::MAX, |whole| whole.saturating_add(1))
        };
        Self { every, body: looks(limits.body_timeout), answer: looks(limits.answer_timeout) }
    }
}

/// How long a connection has been in the state it is in, as far as looking at it now and then can tell.
#[derive(Debug)]
pub(crate) struct IdleTracker {
    finished: u64,
    quiet_since: Instant,
    head_since: Option<Instant>,
    finishing_since: Option<Instant>,
}

/// What happens to a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may stay open.
    Keep,
    /// It has been idle for long enough: it ends in good order.
    Finish,
    /// Its client is too slow: it is dropped.
    Cut,
}

impl IdleTracker {
    pub(crate) fn new(now: Instant) -> Self {
        Self { finished: 0, quiet_since: now, head_since: None, finishing_since: None }
    }

    /// Judges the connection by what has changed since the last look.
    pub(crate) fn check(&mut self, activity: &Activity, limits: &Limits, now: Instant) -> Verdict {
        let Requests { begun, finished } = activity.requests();
        if begun != finished || finished != self.finished {
            *self = Self { finished, quiet_since: now, head_since: None, finishing_since: self.finishing_since };
        }
        if begun != finished {
            return Verdict::Keep;
        }
        self.head_since = if activity.hears_head() { self.head_since.or(Some(now)) } else { None };
        let awaited_since = if begun == 0 { Some(self.quiet_since) } else { self.head_since };
        let over = |since: Option<Instant>, limit| since.is_some_and(|since| now.duration_since(since) >= limit);
        if over(awaited_since, limits.header_timeout) || over(self.finishing_since, limits.header_timeout) {
            Verdict::Cut
        } else if self.finishing_since.is_none() && over(Some(self.quiet_since), limits.idle_timeout) {
            self.finishing_since = Some(now);
            Verdict::Finish
        } else {
            Verdict::Keep
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Version;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> Limits {
        Limits { header_timeout: 10 * SECOND, idle_timeout: 75 * SECOND, ..Limits::default() }
    }

    #[test]
    fn a_connection_that_never_asks_is_cut_at_the_header_timeout() {
        let (activity, start) = (Activity::default(), Instant::now());
        let mut idle = IdleTracker::new(start);
        assert_eq!(idle.check(&activity, &limits(), start + 9 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), start + 10 * SECOND), Verdict::Cut);
    }

    #[test]
    fn a_connection_is_idle_from_its_last_answer_on() {
        let (activity, start) = (Activity::default(), Instant::now());
        let mut idle = IdleTracker::new(start);
        let request = activity.begin(Version::HTTP_11);
        assert_eq!(idle.check(&activity, &limits(), start + 100 * SECOND), Verdict::Keep);
        drop(request);
        assert_eq!(idle.check(&activity, &limits(), start + 101 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), start + 175 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), start + 176 * SECOND), Verdict::Finish);
        assert_eq!(idle.check(&activity, &limits(), start + 185 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), start + 186 * SECOND), Verdict::Cut);
    }

    #[test]
    fn a_later_head_that_trickles_in_is_cut_at_the_header_timeout() {
        let (activity, start) = (Activity::default(), Instant::now());
        let mut idle = IdleTracker::new(start);
        drop(activity.begin(Version::HTTP_11));
        activity.hear();
        assert_eq!(idle.check(&activity, &limits(), start + SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), start + 11 * SECOND), Verdict::Cut);
    }

    #[test]
    fn the_frames_of_an_idle_http2_connection_are_no_head() {
        let (activity, start) = (Activity::default(), Instant::now());
        let mut idle = IdleTracker::new(start);
        drop(activity.begin(Version::HTTP_2));
        activity.hear();
        assert_eq!(idle.check(&activity, &limits(), start), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), start + 74 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), start + 75 * SECOND), Verdict::Finish);
    }

    #[test]
    fn a_timeout_is_one_look_more_than_go_into_it() {
        let limits = Limits { body_timeout: 10 * SECOND, answer_timeout: 30 * SECOND, ..limits() };
        let looks = CheckIntervals::new(&limits);
        assert_eq!(looks, CheckIntervals { every: Duration::from_millis(2500), body: 5, answer: 13 });
        let unbounded = CheckIntervals::new(&Limits { answer_timeout: Duration::MAX, ..limits });
        assert_eq!(unbounded.answer, u32::MAX);
    }
}
