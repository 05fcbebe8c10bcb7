//! Months of the calendar, in UTC.

use std::fmt;
use std::str::FromStr;

use leasehold_core::Timestamp;

/// A month: how many have gone by since the first of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub(super) u32);

impl Month {
    /// The month of a time; of the year 9999 at most.
    pub fn of(time: Timestamp) -> Self {
        let (year, month) = time.min(Timestamp::from_unix(LAST)).year_and_month();
        Self(u32::try_from(12 * year + month - 1).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

impl FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a month is written like 2027-01";
        let (year, month) =
            text.split_once('-').filter(|(year, month)| (year.len(), month.len()) == (4, 2)).ok_or(WRONG)?;
        let (year, month): (u32, u32) = (year.parse().map_err(|_| WRONG)?, month.parse().map_err(|_| WRONG)?);
        if (1..=12).contains(&month) { Ok(Self(year * 12 + month - 1)) } else { Err(WRONG) }
    }
}

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        for (unix, expected) in [
            (0, "1970-01"),
            (951_782_399, "2000-02"),
            (951_868_799, "2000-02"),
            (951_868_800, "2000-03"),
            (1_801_439_999, "2027-01"),
            (1_801_440_000, "2027-02"),
            (4_107_542_399, "2100-02"),
            (4_107_542_400, "2100-03"),
            (u64::MAX, "9999-12"),
        ] {
            let month = Month::of(Timestamp::from_unix(unix));
            assert_eq!(month.to_string(), expected, "{unix}");
            assert_eq!(expected.parse(), Ok(month));
        }
        for text in ["", "2027", "2027-13", "2027-1", "27-01", "2027-00", "2027-01-01"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}
