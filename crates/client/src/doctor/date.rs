//! Dates as HTTP servers send them, and as they stand in certificates.

use leasehold_core::Timestamp;

/// The time in a `Date` header (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? + 1;
    let year: i64 = words.next()?.parse().ok().filter(|year| (1970..=9_999).contains(year))?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let days = days_before(year, i64::try_from(month).ok()?).checked_add(i64::try_from(day).ok()?.checked_sub(1)?)?;
    let valid = (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60 && words.next() == Some("GMT");
    let days = u64::try_from(days).ok().filter(|_| valid)?;
    Some(Timestamp::from_unix(days * DAY + hour * 3_600 + minute * 60 + second))
}

/// A time of a certificate (RFC 5280 section 4.1.2.5): `500101000000Z`, or with a year of four digits.
pub(crate) fn parse_asn1(text: &str, four_digits: bool) -> Option<Timestamp> {
    let digits = text.strip_suffix('Z').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (year, rest) = digits.split_at_checked(if four_digits { 4 } else { 2 })?;
    let year: u64 = year.parse().ok()?;
    let year = match (four_digits, year) {
        (true, year) => year,
        (false, 0..50) => 2_000 + year,
        (false, year) => 1_900 + year,
    };
    let part = |at: usize| rest.get(at..at + 2)?.parse::<u64>().ok();
    let (month, day, hour, minute, second) = (part(0)?, part(2)?, part(4)?, part(6)?, part(8)?);
    let month = MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    parse(&format!("-, {day} {month} {year} {hour}:{minute}:{second} GMT"))
}

/// Days from 1970-01-01 to the first of a month. Years begin in March here, so that leap days come last.
fn days_before(year: i64, month: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 - DAYS_TO_1970
}

const DAY: u64 = 86_400;
/// Days from March 1 of the year 0 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_certificates_are_read() {
        let unix = |text, four_digits| parse_asn1(text, four_digits).map(Timestamp::unix);
        assert_eq!(unix("941106084937Z", false), Some(784_111_777));
        assert_eq!(unix("20000229000000Z", true), Some(951_782_400));
        for text in ["", "Z", "941106084937", "941306084937Z", "9411060849Z", "94é06084937Z"] {
            assert_eq!(unix(text, false), None, "{text}");
        }
    }

    #[test]
    fn dates_of_http_are_read_and_other_texts_are_none() {
        let unix = |text| parse(text).map(Timestamp::unix);
        assert_eq!(unix("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(unix("Tue, 29 Feb 2000 00:00:00 GMT"), Some(951_782_400));
        for text in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 99999999999 08:49:37 GMT",
        ] {
            assert_eq!(unix(text), None, "{text}");
        }
    }
}
