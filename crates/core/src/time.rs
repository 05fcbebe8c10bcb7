//! Points and lengths of time in whole seconds. Reading a clock is left to the shells.

use core::fmt;

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds (RFC 8392 section 2, `NumericDate`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// A length of time in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Timestamp {
    /// The time `seconds` after the start of 1970.
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the start of 1970.
    pub const fn unix(self) -> u64 {
        self.0
    }

    /// The time `span` later; the last representable time where that lies beyond it.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The time `span` earlier; the start of 1970 where that lies before it.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// The year and the month (1 to 12) in UTC.
    pub const fn year_and_month(self) -> (u64, u64) {
        let (year, month, _) = date(self.0 / 86_400);
        (year, month)
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// How far apart the two are, in either direction.
    pub const fn distance(self, other: Self) -> Span {
        Span(self.0.abs_diff(other.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One minute.
    pub const MINUTE: Self = Self(60);
    /// One hour.
    pub const HOUR: Self = Self(3_600);
    /// One day of 24 hours.
    pub const DAY: Self = Self(86_400);
    /// How far two clocks may be apart before it matters: 4 hours (DESIGN sections 2, 4 and 6).
    pub const CLOCK_TOLERANCE: Self = Self(4 * 3_600);

    /// A length of `seconds`.
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// `n` days of 24 hours.
    pub const fn days(n: u64) -> Self {
        Self(n.saturating_mul(86_400))
    }

    /// The length in seconds.
    pub const fn as_seconds(self) -> u64 {
        self.0
    }

    /// This length without `other`; zero when `other` is longer.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Both lengths together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Timestamp {
    /// In UTC, to the minute: `2026-11-23 04:43 UTC`; from the year 10000 on as `@` and the seconds since 1970.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const YEAR_10000: u64 = 253_402_300_800;
        if self.0 >= YEAR_10000 {
            return write!(f, "@{}", self.0);
        }
        let (days, seconds) = (self.0 / 86_400, self.0 % 86_400);
        let (year, month, day) = date(days);
        let (hour, minute) = (seconds / 3_600, seconds / 60 % 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
    }
}

/// Year, month and day of the day that comes `days` after 1970-01-01, in the Gregorian calendar.
const fn date(days: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, so that a leap day is the last of its year; 400 years have 146,097 days.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let after_december = month >= 10;
    let month = if after_december { month - 9 } else { month + 3 };
    (era * 400 + year + after_december as u64, month, day)
}

impl fmt::Display for Span {
    /// The two largest units that are not zero: `180 d`, `1 h 30 min`, `45 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
        let mut rest = self.0;
        let mut shown = 0;
        for (size, unit) in UNITS {
            let n = rest / size;
            rest %= size;
            if n > 0 && shown < 2 {
                write!(f, "{}{n} {unit}", if shown > 0 { " " } else { "" })?;
                shown += 1;
            }
        }
        if shown == 0 { f.write_str("0 s") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_span_shows_its_two_largest_units() {
        assert_eq!(Span::days(180).to_string(), "180 d");
        assert_eq!(Span::seconds(5_400).to_string(), "1 h 30 min");
        assert_eq!(Span::seconds(93_784).to_string(), "1 d 2 h");
        assert_eq!(Span::ZERO.to_string(), "0 s");
    }

    #[test]
    fn a_time_is_shown_as_its_date() {
        for (seconds, shown) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (951_868_800, "2000-03-01 00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59 UTC"),
            (1_795_405_380, "2026-11-23 03:43 UTC"),
            (4_107_542_399, "2100-02-28 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59 UTC"),
            (253_402_300_800, "@253402300800"),
            (u64::MAX, "@18446744073709551615"),
        ] {
            assert_eq!(Timestamp::from_unix(seconds).to_string(), shown);
        }
    }

    #[test]
    fn times_stop_at_both_ends_instead_of_wrapping() {
        assert_eq!(Timestamp::from_unix(u64::MAX).plus(Span::DAY).unix(), u64::MAX);
        assert_eq!(Timestamp::from_unix(5).minus(Span::DAY).unix(), 0);
    }
}
