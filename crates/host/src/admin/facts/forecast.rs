//! What comes next for a family, in a sentence.

use leasehold_core::{Policy, Span, Timestamp};
use leasehold_dashboard::host::data::Hour;
use leasehold_store::host::Counts;

/// What comes next, if all goes on as it did within the hours that are known.
pub(super) fn forecast(policy: &Policy, counts: Counts, hours: &[Hour], now: Timestamp) -> String {
    if let Some(end) = policy.end.filter(|end| end.since(now) < policy.validity) {
        return if end <= now {
            format!("What was bought ended on {end}: no lease is granted any more.")
        } else {
            format!("What was bought ends on {end}: no lease lasts past it.")
        };
    }
    if counts.clients < policy.threshold {
        return below_threshold(
            policy.threshold - counts.clients,
            hours.iter().any(|hour| hour.clients >= policy.threshold),
        );
    }
    let course = Course::of(hours, now);
    // Whoever asks is one: a threshold of one is met at every request.
    let lost =
        course.filter(|_| policy.threshold > 1).map_or(0, |course| course.then.clients.saturating_sub(counts.clients));
    if let Some((left, time)) = pace(course, counts.clients - policy.threshold + 1, lost, policy.window) {
        let threshold = policy.threshold;
        return format!(
            "At the pace of the last {time}, fewer than {threshold} machines count in {left}: then no lease is granted."
        );
    }
    match policy.capacity {
        Some(capacity) if counts.live >= capacity => {
            "All leases are out: newcomers are refused until one is free.".to_owned()
        }
        Some(capacity) => up_to_capacity(capacity - counts.live, counts.live, course, policy.window),
        None => without_host(policy),
    }
}

/// The hour from which on a family is known, and how long ago it ended.
#[derive(Clone, Copy, Debug)]
struct Course {
    then: Hour,
    time: Span,
}

impl Course {
    /// `None` where it is known for less than an hour.
    fn of(hours: &[Hour], now: Timestamp) -> Option<Self> {
        let then = *hours.iter().find(|hour| hour.live > 0)?;
        let time = now.since(Timestamp::from_unix(then.at).plus(Span::HOUR));
        (time >= Span::HOUR).then_some(Self { then, time })
    }
}

/// When `left` more are reached at the pace of `moved` within a course, and its length; `None` where that is further away than `horizon`.
fn pace(course: Option<Course>, left: u64, moved: u64, horizon: Span) -> Option<(Span, Span)> {
    let time = course.filter(|_| moved > 0)?.time;
    let reached = Span::seconds(left.saturating_mul(time.as_seconds()) / moved);
    (reached <= horizon).then_some((reached, time))
}

fn below_threshold(missing: u64, was_met: bool) -> String {
    let more = if missing == 1 { "One more machine has".to_owned() } else { format!("{missing} more machines have") };
    let again = if was_met { " again" } else { "" };
    format!("{more} to ask before leases are granted{again}.")
}

fn up_to_capacity(free: u64, live: u64, course: Option<Course>, horizon: Span) -> String {
    let grown = course.map_or(0, |course| live.saturating_sub(course.then.live));
    if let Some((left, time)) = pace(course, free, grown, horizon) {
        return format!("At the pace of the last {time}, all leases are out in {left}.");
    }
    let more =
        if free == 1 { "One more lease can be given".to_owned() } else { format!("{free} more leases can be given") };
    match course {
        Some(Course { then, time }) if then.live > live => {
            format!("{more}; {time} ago {} more were out.", then.live - live)
        }
        Some(Course { then, time }) if then.live == live => format!("{more}; {time} ago it was as many."),
        Some(_) | None => format!("{more}."),
    }
}

/// What a family without a capacity lives by.
fn without_host(policy: &Policy) -> String {
    let renews = format!("Each machine renews every {}.", policy.renewal);
    let rest = policy.validity.as_seconds().saturating_sub(policy.renewal.as_seconds());
    if rest == 0 {
        return renews;
    }
    format!("{renews} If this host stopped now, their software would go on for at least {}.", Span::seconds(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    fn policy() -> Policy {
        Policy { threshold: 5, capacity: Some(100), ..Policy::default() }
    }

    /// Forecasts where so many clients and leases were there ten hours ago, and are there now.
    fn told(policy: &Policy, then: Option<(u64, u64)>, (clients, live): (u64, u64)) -> String {
        let at = NOW.minus(Span::seconds(11 * 3_600)).unix();
        let hours = then.map(|(clients, live)| Hour { at, clients, live, ..Hour::default() });
        forecast(policy, Counts { clients, live }, hours.as_slice(), NOW)
    }

    #[test]
    fn leases_that_grow_fall_or_stay_are_told_with_how_many_are_left() {
        let slow = Policy { capacity: Some(10_000_000), ..policy() };
        assert_eq!(told(&slow, Some((50, 50)), (51, 51)), "9999949 more leases can be given.", "all are out in years");
        let told = |then, now| told(&policy(), then, now);
        assert_eq!(told(Some((50, 50)), (60, 60)), "At the pace of the last 10 h, all leases are out in 1 d 16 h.");
        assert_eq!(told(Some((60, 60)), (60, 50)), "50 more leases can be given; 10 h ago 10 more were out.");
        assert_eq!(told(Some((60, 50)), (60, 50)), "50 more leases can be given; 10 h ago it was as many.");
        assert_eq!(told(None, (60, 50)), "50 more leases can be given.", "nothing is known");
        assert_eq!(told(None, (99, 99)), "One more lease can be given.");
        assert_eq!(told(Some((99, 99)), (100, 100)), "All leases are out: newcomers are refused until one is free.");
    }

    #[test]
    fn machines_that_get_fewer_are_told_before_they_are_too_few() {
        let one = Policy { threshold: 1, ..policy() };
        assert_eq!(told(&one, Some((9, 9)), (2, 9)), "91 more leases can be given; 10 h ago it was as many.");
        let told = |then, now| told(&policy(), then, now);
        let falling = "At the pace of the last 10 h, fewer than 5 machines count in 5 h: then no lease is granted.";
        assert_eq!(told(Some((26, 20)), (15, 15)), falling.replace("in 5 h", "in 10 h"));
        assert_eq!(told(Some((27, 20)), (5, 5)), falling.replace("in 5 h", "in 27 min 16 s"));
        assert_eq!(told(Some((7, 7)), (4, 4)), "One more machine has to ask before leases are granted again.");
        assert_eq!(told(None, (2, 0)), "3 more machines have to ask before leases are granted.");
    }

    #[test]
    fn an_end_is_told_before_and_after_it() {
        let ending = |end: Timestamp| told(&Policy { end: Some(end), ..policy() }, None, (10, 10));
        assert_eq!(
            ending(NOW.plus(Span::DAY)),
            "What was bought ends on 2027-01-16 08:00 UTC: no lease lasts past it."
        );
        assert_eq!(ending(NOW), "What was bought ended on 2027-01-15 08:00 UTC: no lease is granted any more.");
        assert_eq!(ending(NOW.plus(Span::days(400))), "90 more leases can be given.");
    }

    #[test]
    fn a_family_without_a_capacity_is_told_how_long_it_does_without_the_host() {
        let endless = Policy { capacity: None, validity: Span::days(180), renewal: Span::days(7), ..policy() };
        let told = |policy: &Policy| told(policy, None, (10, 10));
        let expected =
            "Each machine renews every 7 d. If this host stopped now, their software would go on for at least 173 d.";
        assert_eq!(told(&endless), expected);
        assert_eq!(told(&Policy { renewal: Span::days(180), ..endless }), "Each machine renews every 180 d.");
    }
}
