//! When what a connection is doing has gone on for too long.
//!
//! Each connection is looked at a few times in the shortest of its timeouts. So no request pays for a timer of its own,
//! and a timeout is noticed late by half of that at most, never early.

use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;
use crate::activity::{Activity, Requests};
use crate::limits::DISCARD;

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
    begun: u64,
    /// Bytes that may have come by now.
    allowed_bytes: u64,
    quiet_since: Instant,
    head_since: Option<Instant>,
    finishing_since: Option<Instant>,
}

/// Whether connections have to make room for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// There is room.
    Normal,
    /// Few more connections can be opened.
    Crowded,
}

/// What happens to a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may stay open.
    Keep,
    /// It has been idle for long enough: it ends in good order.
    Finish,
    /// Its client is too slow, or sends much more than its requests need: it is dropped.
    Cut,
}

impl IdleTracker {
    pub(crate) fn new(now: Instant, limits: &Limits) -> Self {
        let allowed_bytes = request_bytes(limits);
        Self { finished: 0, begun: 0, allowed_bytes, quiet_since: now, head_since: None, finishing_since: None }
    }

    /// Judges the connection by what has changed since the last look.
    pub(crate) fn check(&mut self, activity: &Activity, limits: &Limits, load: Load, now: Instant) -> Verdict {
        let Requests { begun, finished } = activity.requests();
        if self.is_noisy(activity, begun, limits) {
            return Verdict::Cut;
        }
        if begun != finished || finished != self.finished {
            (self.finished, self.quiet_since, self.head_since) = (finished, now, None);
        }
        let makes_room = load == Load::Crowded && begun > 0 && self.finishing_since.is_none();
        if makes_room && (begun == finished || activity.is_http2()) {
            self.finishing_since = Some(now);
            return Verdict::Finish;
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

    /// Whether more has come than requests need: frames of HTTP/2 that ask for nothing cost work each (PING, SETTINGS).
    fn is_noisy(&mut self, activity: &Activity, begun: u64, limits: &Limits) -> bool {
        let requests = begun.saturating_sub(self.begun);
        self.begun = begun;
        let bytes = activity.bytes();
        let more = FRAME_BYTES.saturating_add(requests.saturating_mul(request_bytes(limits)));
        let max = bytes.saturating_add(request_bytes(limits).saturating_mul(requests.max(1)));
        let noisy = bytes > self.allowed_bytes.saturating_add(more);
        self.allowed_bytes = self.allowed_bytes.saturating_add(more).min(max);
        noisy
    }
}

/// The bytes of one request at most, with what is discarded of a body that is too large.
fn request_bytes(limits: &Limits) -> u64 {
    u64::from(limits.header_bytes) + (limits.body_bytes + DISCARD) as u64
}

/// Bytes of frames that belong to no request, between two checks.
const FRAME_BYTES: u64 = 4 * 1024;

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
        let mut idle = IdleTracker::new(start, &limits());
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 9 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 10 * SECOND), Verdict::Cut);
    }

    #[test]
    fn a_connection_is_idle_from_its_last_answer_on() {
        let (activity, start) = (Activity::default(), Instant::now());
        let mut idle = IdleTracker::new(start, &limits());
        let request = activity.begin(Version::HTTP_11);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 100 * SECOND), Verdict::Keep);
        drop(request);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 101 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 175 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 176 * SECOND), Verdict::Finish);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 185 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 186 * SECOND), Verdict::Cut);
    }

    #[test]
    fn a_later_head_that_trickles_in_is_cut_at_the_header_timeout() {
        let (activity, start) = (Activity::default(), Instant::now());
        let mut idle = IdleTracker::new(start, &limits());
        drop(activity.begin(Version::HTTP_11));
        activity.hear(1);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 11 * SECOND), Verdict::Cut);
    }

    #[test]
    fn a_crowded_server_ends_idle_connections_and_those_of_http2() {
        let start = Instant::now();
        let verdict = |version: Version, in_flight: bool, load: Load| {
            let activity = Activity::default();
            let mut idle = IdleTracker::new(start, &limits());
            let request = activity.begin(version);
            let _kept = in_flight.then_some(request);
            idle.check(&activity, &limits(), load, start)
        };
        assert_eq!(verdict(Version::HTTP_11, false, Load::Normal), Verdict::Keep);
        assert_eq!(verdict(Version::HTTP_11, false, Load::Crowded), Verdict::Finish);
        assert_eq!(verdict(Version::HTTP_11, true, Load::Crowded), Verdict::Keep, "its answer ends it");
        assert_eq!(verdict(Version::HTTP_2, true, Load::Crowded), Verdict::Finish);
    }

    #[test]
    fn a_flood_of_frames_without_requests_is_cut_and_requests_are_not() {
        let (activity, start) = (Activity::default(), Instant::now());
        let mut idle = IdleTracker::new(start, &limits());
        let mut check =
            |at: u64| idle.check(&activity, &limits(), Load::Normal, start + SECOND * u32::try_from(at).unwrap());
        for at in 0..100 {
            drop(activity.begin(Version::HTTP_2));
            activity.hear(usize::try_from(request_bytes(&limits())).unwrap());
            assert_eq!(check(at), Verdict::Keep, "requests may be as large as the limits");
        }
        for at in 100..120 {
            activity.hear(1_000);
            assert_eq!(check(at), Verdict::Keep, "some frames keep a connection alive");
        }
        activity.hear(200_000);
        assert_eq!(check(120), Verdict::Cut);
    }

    #[test]
    fn the_frames_of_an_idle_http2_connection_are_no_head() {
        let (activity, start) = (Activity::default(), Instant::now());
        let mut idle = IdleTracker::new(start, &limits());
        drop(activity.begin(Version::HTTP_2));
        activity.hear(1);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 74 * SECOND), Verdict::Keep);
        assert_eq!(idle.check(&activity, &limits(), Load::Normal, start + 75 * SECOND), Verdict::Finish);
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
