//! A scenario as a file (TOML): what it may say, and what it means.

use std::path::Path;

use leasehold_core::{Code, Policy, Span, Timestamp};
use leasehold_simulation as simulation;
use leasehold_simulation::Interval;
use serde::{Deserialize, Deserializer};

use crate::failure::Failure;
use crate::toml_file;
use crate::values;

/// What the file may say; other keys are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    title: Option<String>,
    #[serde(deserialize_with = "time")]
    begin: Timestamp,
    days: u32,
    #[serde(default = "one")]
    seed: u64,
    #[serde(default)]
    policy: PolicyOptions,
    #[serde(default)]
    machines: Vec<Machines>,
    #[serde(default)]
    hosts: Vec<Host>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PolicyOptions {
    threshold: Option<u64>,
    #[serde(deserialize_with = "some_span")]
    window: Option<Span>,
    #[serde(deserialize_with = "some_span")]
    validity: Option<Span>,
    #[serde(deserialize_with = "some_span")]
    renewal: Option<Span>,
    #[serde(deserialize_with = "some_span")]
    retry: Option<Span>,
    #[serde(deserialize_with = "some_span")]
    grace: Option<Span>,
    capacity: Option<u64>,
    #[serde(deserialize_with = "some_time")]
    end: Option<Timestamp>,
    #[serde(deserialize_with = "some_span")]
    initial_grace: Option<Span>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Machines {
    name: String,
    count: u32,
    #[serde(default, deserialize_with = "some_time")]
    from: Option<Timestamp>,
    #[serde(default, deserialize_with = "span")]
    over: Span,
    #[serde(default, deserialize_with = "some_time")]
    leave: Option<Timestamp>,
    #[serde(default, deserialize_with = "span")]
    leave_over: Span,
    #[serde(default, deserialize_with = "hours")]
    hours: Option<(Span, Span)>,
    #[serde(default)]
    weekends: bool,
    away: Option<Away>,
    #[serde(default)]
    imaging: Vec<Imaging>,
    clock: Option<Clock>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Away {
    #[serde(default = "all")]
    percent: u8,
    #[serde(deserialize_with = "span")]
    every: Span,
    #[serde(rename = "for", deserialize_with = "span")]
    lasting: Span,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Imaging {
    #[serde(deserialize_with = "time")]
    at: Timestamp,
    #[serde(default, rename = "for", deserialize_with = "span")]
    over: Span,
    #[serde(default = "all")]
    percent: u8,
}

/// A clock that is wrong; only of machines, of which there are many, a part may be said.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    percent: Option<u8>,
    #[serde(deserialize_with = "signed")]
    ahead: i64,
    #[serde(default, deserialize_with = "some_time")]
    from: Option<Timestamp>,
    #[serde(default, rename = "for", deserialize_with = "some_span")]
    lasting: Option<Span>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    name: String,
    store: Option<String>,
    #[serde(default)]
    priority: u16,
    #[serde(default = "weight")]
    weight: u16,
    #[serde(default)]
    down: Vec<Down>,
    #[serde(default, deserialize_with = "host_clocks")]
    clock: Vec<Clock>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Down {
    #[serde(deserialize_with = "time")]
    from: Timestamp,
    #[serde(rename = "for", deserialize_with = "span")]
    lasting: Span,
}

/// Reads a scenario; `path` is where the text came from.
///
/// # Errors
/// `bad-configuration`, with the line.
pub(super) fn read(text: &str, path: &Path) -> Result<simulation::Scenario, Failure> {
    let read: Scenario =
        toml_file::parse(text).map_err(|words| failed(format!("scenario {}: {words}", path.display())))?;
    Ok(read.meant(path))
}

/// A scenario that cannot be simulated.
pub(super) fn failed(message: String) -> Failure {
    Failure::failed(Code::BadConfiguration, message)
        .hint("correct that; `leasehold simulate --sample away --print` prints a scenario with comments")
}

impl Scenario {
    fn meant(self, path: &Path) -> simulation::Scenario {
        let whole = Interval { from: self.begin, until: self.begin.plus(Span::days(u64::from(self.days))) };
        let stem = || path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let initial_grace = self.policy.initial_grace;
        simulation::Scenario {
            title: self.title.unwrap_or_else(stem),
            begin: self.begin,
            days: self.days,
            seed: self.seed,
            policy: self.policy.meant(),
            initial_grace: initial_grace.unwrap_or(simulation::Scenario::default().initial_grace),
            machines: self.machines.into_iter().map(|machines| machines.meant(whole)).collect(),
            hosts: self.hosts.into_iter().map(|host| host.meant(whole)).collect(),
        }
    }
}

impl PolicyOptions {
    fn meant(self) -> Policy {
        let usual = Policy::default();
        Policy {
            threshold: self.threshold.unwrap_or(usual.threshold),
            window: self.window.unwrap_or(usual.window),
            validity: self.validity.unwrap_or(usual.validity),
            renewal: self.renewal.unwrap_or(usual.renewal),
            retry: self.retry.unwrap_or(usual.retry),
            grace: self.grace.unwrap_or(usual.grace),
            capacity: self.capacity,
            end: self.end,
            ..usual
        }
    }
}

impl Machines {
    fn meant(self, whole: Interval) -> simulation::Machines {
        let weekends = self.weekends;
        let imaging = |Imaging { at, over, percent }| simulation::Imaging { at, over, percent };
        simulation::Machines {
            name: self.name,
            count: self.count,
            from: self.from.unwrap_or(whole.from),
            over: self.over,
            leave: self.leave,
            leave_over: self.leave_over,
            hours: self.hours.map(|(from, until)| simulation::Hours { from, until, weekends }),
            away: self.away.map(|Away { percent, every, lasting }| simulation::Away { percent, every, lasting }),
            imaging: self.imaging.into_iter().map(imaging).collect(),
            clock: self.clock.map(|clock| simulation::ClockOff {
                percent: clock.percent.unwrap_or_else(all),
                ahead: clock.ahead,
                during: clock.during(whole),
            }),
        }
    }
}

impl Host {
    fn meant(self, whole: Interval) -> simulation::Host {
        let clock = |clock: Clock| simulation::HostClock { ahead: clock.ahead, during: clock.during(whole) };
        let down = |down: Down| Interval { from: down.from, until: down.from.plus(down.lasting) };
        simulation::Host {
            name: self.name,
            store: self.store,
            priority: self.priority,
            weight: self.weight,
            down: self.down.into_iter().map(down).collect(),
            clock: self.clock.into_iter().map(clock).collect(),
        }
    }
}

impl Clock {
    /// From `from` on, or from the begin; for so long, or to the end.
    fn during(&self, whole: Interval) -> Interval {
        let from = self.from.unwrap_or(whole.from);
        Interval { from, until: self.lasting.map_or(whole.until, |lasting| from.plus(lasting)) }
    }
}

const fn one() -> u64 {
    1
}

const fn weight() -> u16 {
    1
}

const fn all() -> u8 {
    100
}

/// A date or a time, as TOML has them or as a string; without a zone it is UTC.
fn time<'de, D: Deserializer<'de>>(source: D) -> Result<Timestamp, D::Error> {
    let text = match toml::Value::deserialize(source)? {
        toml::Value::Datetime(time) if time.date.is_some() && time.time.is_some() && time.offset.is_none() => {
            format!("{time}Z")
        }
        toml::Value::Datetime(time) => time.to_string(),
        toml::Value::String(text) => text,
        other => {
            return Err(serde::de::Error::custom(format!("a date is written like 2027-01-31, and not as {other}")));
        }
    };
    values::time(&text).map_err(serde::de::Error::custom)
}

fn some_time<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Timestamp>, D::Error> {
    time(source).map(Some)
}

/// The times at which a host's one clock is wrong.
fn host_clocks<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<Clock>, D::Error> {
    let clocks = Vec::<Clock>::deserialize(source)?;
    if clocks.iter().any(|clock| clock.percent.is_some()) {
        return Err(serde::de::Error::custom("a host has one clock: `percent` is for machines"));
    }
    Ok(clocks)
}

fn span<'de, D: Deserializer<'de>>(source: D) -> Result<Span, D::Error> {
    values::span(&String::deserialize(source)?).map_err(serde::de::Error::custom)
}

fn some_span<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Span>, D::Error> {
    span(source).map(Some)
}

/// A length of time in seconds, with a minus before it where a clock is behind.
fn signed<'de, D: Deserializer<'de>>(source: D) -> Result<i64, D::Error> {
    let text = String::deserialize(source)?;
    let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let span = values::span(text.trim()).map_err(serde::de::Error::custom)?;
    let seconds = i64::try_from(span.as_seconds()).ok().filter(|seconds| *seconds <= MAX_AHEAD);
    seconds.map(|seconds| sign * seconds).ok_or_else(|| serde::de::Error::custom("a clock is off by 36500d at most"))
}

/// From one time of the day to another, such as `07:00-17:00`.
fn hours<'de, D: Deserializer<'de>>(source: D) -> Result<Option<(Span, Span)>, D::Error> {
    let text = String::deserialize(source)?;
    let of_day = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute) = (hour.parse::<u64>().ok()?, minute.parse::<u64>().ok()?);
        let is_time = hour < 24 && minute < 60 || (hour, minute) == (24, 0);
        is_time.then_some(Span::seconds(hour * 3_600 + minute * 60))
    };
    let hours = text.split_once('-').and_then(|(from, until)| Some((of_day(from)?, of_day(until)?)));
    hours.map(Some).ok_or_else(|| serde::de::Error::custom("hours are written like 07:00-17:00"))
}

const MAX_AHEAD: i64 = 36_500 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        read(text, Path::new("s.toml")).expect_err("it is wrong").message().to_owned()
    }

    #[test]
    fn times_are_read_as_toml_has_them_and_as_strings() {
        let of =
            |begin: &str| read(&format!("begin = {begin}\ndays = 1"), Path::new("s.toml")).map(|all| all.begin.unix());
        for begin in ["2027-01-01", "\"2027-01-01\"", "2027-01-01T00:00:00", "2027-01-01T01:00:00+01:00"] {
            assert_eq!(of(begin).ok(), Some(1_798_761_600), "{begin}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_told_with_its_line() {
        for (text, told) in [
            ("begin = 12\ndays = 1", "a date is written like 2027-01-31, and not as 12"),
            ("begin = 07:00:00\ndays = 1", "a date is written like 2027-01-31"),
            ("begin = 2027-01-01\ndays = 1\nmachine = 1", "unknown key machine, did you mean machines?"),
            ("begin = 2027-01-01\ndays = 1\n[policy]\nrenewal = \"soon\"", "a length of time is written like"),
            (
                "begin = 2027-01-01\ndays = 1\n[[machines]]\nname = \"a\"\ncount = 1\nhours = \"9 to 5\"",
                "like 07:00-17:00",
            ),
            ("begin = 2027-01-01\ndays = 1\n[[machines]]\nname = \"a\"\ncount = -1", "-1"),
            (
                "begin = 2027-01-01\ndays = 1\n[[hosts]]\nname = \"a\"\nclock = [{ ahead = \"1h\", percent = 5 }]",
                "a host has one clock: `percent` is for machines",
            ),
            ("days = 1", "missing field `begin`"),
        ] {
            let refused = refused(text);
            assert!(refused.contains(told) && refused.contains("line "), "{text}: {refused}");
        }
    }

    #[test]
    fn a_clock_may_be_behind() {
        let text = "begin = 2027-01-01\ndays = 1\n[[hosts]]\nname = \"a\"\nclock = [{ ahead = \"-2h\" }]";
        let scenario = read(text, Path::new("s.toml")).expect("a scenario");
        assert_eq!(scenario.hosts[0].clock[0].ahead, -7_200);
        assert_eq!(scenario.hosts[0].clock[0].during.until, scenario.end(), "to the end where nothing is said");
    }
}
