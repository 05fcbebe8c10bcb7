//! How long a lease lasts: as long as leases of its host do, or longer where it is borrowed, and never beyond the grant.

use crate::grant::Policy;
use crate::time::{Span, Timestamp};

/// How long a lease is to last, apart from what the grant allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeaseLength {
    /// How long leases last that none asks to last longer, as the host is set; `None` is as long as the grant allows.
    pub ordinary: Option<Span>,
    /// Until when the client asks for it at least.
    pub until: Option<Timestamp>,
}

impl LeaseLength {
    /// As long as the grant allows.
    pub const LONGEST: Self = Self { ordinary: None, until: None };

    /// When a lease that is granted at `now` ends. `follows` is the end of the client's live lease that it follows: what was lent is
    /// not taken back by a renewal, so that the host counts a place as long as a lease for it is out.
    pub fn expiry(&self, policy: &Policy, follows: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let ordinary = now.plus(policy.ordinary(self.ordinary));
        let asked = ordinary.max(self.until.unwrap_or_default()).max(follows.unwrap_or_default());
        asked.min(policy.expiry(now))
    }

    /// Reads until when a client asks for its lease: seconds since 1970, in digits alone; `None` for anything else.
    pub fn read_until(text: &str) -> Option<Timestamp> {
        let digits = (1..=MAX_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok().map(Timestamp::from_unix)).flatten()
    }
}

impl Policy {
    /// How long leases last where a host is set to `set`: no longer than the grant allows, and long enough that a client renews it, also
    /// where the first attempt fails.
    pub fn ordinary(&self, set: Option<Span>) -> Span {
        set.map_or(self.validity, |set| set.max(self.shortest()).min(self.validity))
    }

    /// The shortest time for which a host may be set to give leases.
    pub fn shortest(&self) -> Span {
        self.renewal.and(self.retry)
    }
}

/// As many as the largest number of 64 bits has.
const MAX_DIGITS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_000_000);

    fn floating() -> Policy {
        let (renewal, retry) = (Span::seconds(900), Span::MINUTE);
        Policy { threshold: 1, validity: Span::days(7), renewal, retry, capacity: Some(50), ..Policy::default() }
    }

    #[test]
    fn a_lease_lasts_an_hour_and_one_that_is_borrowed_as_long_as_was_asked_for() {
        let ordinary = LeaseLength { ordinary: Some(Span::HOUR), until: None };
        let expiry = |length: LeaseLength, follows| length.expiry(&floating(), follows, NOW).since(NOW);
        assert_eq!(expiry(ordinary, None), Span::HOUR);
        assert_eq!(expiry(LeaseLength::LONGEST, None), Span::days(7));
        let borrows = |days| LeaseLength { until: Some(NOW.plus(Span::days(days))), ..ordinary };
        assert_eq!(expiry(borrows(3), None), Span::days(3));
        assert_eq!(expiry(borrows(30), None), Span::days(7), "the grant is the limit");
        assert_eq!(expiry(borrows(0), None), Span::HOUR, "less than an ordinary one is none that is borrowed");
    }

    #[test]
    fn a_renewal_takes_no_borrowed_day_back() {
        let ordinary = LeaseLength { ordinary: Some(Span::HOUR), until: None };
        let lent = NOW.plus(Span::days(3));
        assert_eq!(ordinary.expiry(&floating(), Some(lent), NOW), lent);
        let late = lent.minus(Span::MINUTE);
        assert_eq!(ordinary.expiry(&floating(), Some(lent), late), late.plus(Span::HOUR));
        let shortened = Policy { validity: Span::DAY, ..floating() };
        assert_eq!(ordinary.expiry(&shortened, Some(lent), NOW), NOW.plus(Span::DAY), "the vendor grants less by now");
    }

    #[test]
    fn a_host_can_neither_lengthen_leases_nor_shorten_them_below_their_renewal() {
        let policy = floating();
        assert_eq!(policy.ordinary(Some(Span::days(30))), Span::days(7));
        assert_eq!(policy.ordinary(Some(Span::ZERO)), Span::seconds(960));
        let ends = Policy { end: Some(NOW.plus(Span::MINUTE)), ..policy };
        let length = LeaseLength { ordinary: Some(Span::HOUR), until: Some(NOW.plus(Span::DAY)) };
        assert_eq!(length.expiry(&ends, Some(NOW.plus(Span::DAY)), NOW), NOW.plus(Span::MINUTE));
    }

    #[test]
    fn only_seconds_in_digits_say_until_when() {
        assert_eq!(LeaseLength::read_until("1795405380"), Some(Timestamp::from_unix(1_795_405_380)));
        assert_eq!(LeaseLength::read_until("18446744073709551615"), Some(Timestamp::from_unix(u64::MAX)));
        for wrong in
            ["", "-1", "+1", " 1", "1 ", "1.5", "3d", "1,2", "٣", "18446744073709551616", "000000000000000000001"]
        {
            assert_eq!(LeaseLength::read_until(wrong), None, "{wrong:?}");
        }
    }
}
