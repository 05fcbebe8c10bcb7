//! What words on the command line mean: lengths of time, dates, values that may be taken away.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SpanRelativeTo, Unit};
use leasehold_core::{Span, Timestamp};

/// A length of time in whole seconds: `30d`, `2h`, `1h 30min`.
pub(crate) fn span(text: &str) -> Result<Span, String> {
    let span: jiff::Span =
        text.parse().map_err(|_| "a length of time is written like 30d, 2h or 1h 30min".to_owned())?;
    let days = SpanRelativeTo::days_are_24_hours();
    let seconds = span.total((Unit::Second, days)).map_err(|_| "months and years vary: give days".to_owned())?;
    let whole = span.round(jiff::SpanRound::new().largest(Unit::Second).smallest(Unit::Second).relative(days));
    match whole.map(|span| u64::try_from(span.get_seconds())) {
        #[expect(clippy::float_cmp, reason = "a fraction of a second is what is looked for")]
        Ok(Ok(whole)) if seconds.trunc() == seconds => Ok(Span::seconds(whole)),
        _ => Err("a length of time is whole seconds and not negative".to_owned()),
    }
}

/// The same, and more than nothing.
pub(crate) fn some_span(text: &str) -> Result<Span, String> {
    span(text).and_then(|span| {
        if span == Span::ZERO { Err("a length of time above zero is wanted".to_owned()) } else { Ok(span) }
    })
}

/// A day of the calendar.
pub(crate) fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "a date is written like 2027-01-31".to_owned())
}

/// A time: a date (its first second in UTC) or a time with its zone (`2027-01-01T12:00:00Z`).
pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let time = text.parse::<jiff::Timestamp>().ok().or_else(date);
    let seconds = time.and_then(|time| u64::try_from(time.as_second()).ok());
    seconds.map(Timestamp::from_unix).ok_or_else(|| "a date is written like 2027-01-31, from 1970 on".to_owned())
}

/// A whole number of this range.
pub(crate) fn whole<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse::<u64>().ok().filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| match (*range.start(), *range.end()) {
            (0, u64::MAX) => "a whole number is wanted".to_owned(),
            (least, u64::MAX) => format!("a whole number from {least} on is wanted"),
            (least, most) => format!("a whole number from {least} to {most} is wanted"),
        })
    }
}

/// Where a server listens: an address of this machine and a port.
pub(crate) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address and a port are wanted, like 0.0.0.0:16880 or [::]:16880".to_owned())
}

/// Any number, as far as its type goes.
pub(crate) const ANY: RangeInclusive<u64> = 0..=u64::MAX;
/// At least one.
pub(crate) const SOME: RangeInclusive<u64> = 1..=u64::MAX;

/// A value, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrNone<T>(pub(crate) Option<T>);

/// Reads a value with `read`, or `none`.
pub(crate) fn or_none<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<OrNone<T>, String> {
    if text == "none" { Ok(OrNone(None)) } else { read(text).map(|value| OrNone(Some(value))) }
}

/// The address of a dashboard, or none.
pub(crate) fn admin_address(text: &str) -> Result<OrNone<SocketAddr>, String> {
    or_none(text, |text| parsed(text).map_err(|_| "an address and a port like 127.0.0.1:16881, or none".to_owned()))
}

/// Reads a value the way its type does.
pub(crate) fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_does_not_do_is_told_which_would() {
        assert_eq!(whole::<u64>(ANY)("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(whole::<u16>(1..=65_535)("53"), Ok(53));
        for text in ["", "0", "-1", "1.5", "x", "65536", "99999999999999999999"] {
            assert_eq!(
                whole::<u16>(1..=65_535)(text),
                Err("a whole number from 1 to 65535 is wanted".to_owned()),
                "{text}"
            );
        }
        assert_eq!(whole::<u64>(SOME)("0"), Err("a whole number from 1 on is wanted".to_owned()));
        assert_eq!(whole::<u64>(ANY)("x"), Err("a whole number is wanted".to_owned()));
    }

    #[test]
    fn lengths_of_time_are_read_as_people_write_them_and_as_we_print_them() {
        for (text, expected) in [
            ("30d", Span::days(30)),
            ("2h", Span::seconds(7_200)),
            ("15 min", Span::seconds(900)),
            ("1w", Span::days(7)),
            ("1d 2h", Span::seconds(93_600)),
            ("PT1H", Span::HOUR),
            ("0s", Span::ZERO),
        ] {
            assert_eq!(span(text), Ok(expected), "{text}");
            assert_eq!(span(&expected.to_string()), Ok(expected), "{expected}");
        }
        for text in ["", "30", "d", "1 month", "1y", "-3d", "1.5s", "soon", "99999999999999999999d"] {
            assert!(span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_is_its_first_second_in_utc() {
        assert_eq!(time("2027-01-01"), Ok(Timestamp::from_unix(1_798_761_600)));
        assert_eq!(time("2027-01-01T01:00:00+01:00"), Ok(Timestamp::from_unix(1_798_761_600)));
        for text in ["", "2027", "2027-02-30", "1969-12-31", "tomorrow"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
