//! What stands behind a label: numbers, codes, states, words.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::facts::errors::{ERRORS, Hresult};
use crate::facts::outputs::Kind;

/// The longest text that is kept of one value, in bytes.
pub const MAX_VALUE: usize = 1024;

/// A value behind a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// The label alone says it.
    Flag(bool),
    /// A number: minutes where the field is a time.
    Number(u64),
    /// A code.
    Code(#[serde(serialize_with = "code")] Hresult),
    /// The state of a licence.
    State(State),
    /// Numbers by name.
    Counts(BTreeMap<String, u64>),
    /// Words, as they stand there.
    Text(String),
}

/// What a licence allows, over all tools. The first seven have the numbers of WMI and of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No usable licence.
    Unlicensed,
    /// Activated.
    Licensed,
    /// The first days after installation or rearm.
    InitialGrace,
    /// 180 days have passed without renewal, or the hardware has changed.
    AdditionalGrace,
    /// Judged not genuine.
    NonGenuineGrace,
    /// Grace is over: reminders.
    Notification,
    /// Extended grace.
    ExtendedGrace,
    /// Microsoft 365 Apps whose subscription has ended or has not been confirmed lately.
    Grace,
    /// Microsoft 365 Apps that only show and print.
    ReducedFunctionality,
    /// The tool itself says that it does not know.
    Unknown,
}

impl Value {
    /// Reads what stands behind a label of this kind. A number or code that is none is kept as words.
    pub fn read(kind: Kind, text: &str) -> Self {
        let text = text.trim();
        let number = match kind {
            Kind::Flag => return Self::Flag(true),
            // An installation id can be used to activate by telephone: that there is one is all that is kept.
            Kind::Digits => return Self::Flag(!text.is_empty()),
            Kind::Hex => return find_code(text).map_or_else(|| Self::words(text), Self::Code),
            Kind::Minutes | Kind::Int => leading_number(text),
            Kind::DaysMinutes | Kind::MinutesDays => minutes(text),
            Kind::String
            | Kind::Guid
            | Kind::Date
            | Kind::Datetime
            | Kind::Enum
            | Kind::HostPort
            | Kind::Version
            | Kind::Url
            | Kind::Ip
            | Kind::Text => None,
        };
        number.map_or_else(|| Self::words(text), Self::Number)
    }

    /// Words, cut to [`MAX_VALUE`].
    pub fn words(text: &str) -> Self {
        Self::Text(shorten(text).to_owned())
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<u64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The code, if it is one.
    pub fn code(&self) -> Option<Hresult> {
        if let Self::Code(code) = self { Some(*code) } else { None }
    }

    /// The words, if it is some and not none at all.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text.as_str()).filter(|text| !text.is_empty()) } else { None }
    }
}

/// A code with all its digits, as the tools print it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn code<S: Serializer>(code: &Hresult, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("0x{:08X}", code.0))
}

/// The first [`MAX_VALUE`] bytes of `text`, at the border of a character.
pub(crate) fn shorten(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_VALUE)]
}

/// The first code like `0xC004F074` in `text`.
pub(crate) fn find_code(text: &str) -> Option<Hresult> {
    text.match_indices("0x").chain(text.match_indices("0X")).find_map(|(at, _)| {
        let rest = &text[at + 2..];
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if (1..=8).contains(&digits) { u32::from_str_radix(&rest[..digits], 16).ok().map(Hresult) } else { None }
    })
}

fn leading_number(text: &str) -> Option<u64> {
    text[..text.bytes().take_while(u8::is_ascii_digit).count()].parse().ok()
}

/// The number before `minute`: the days beside it are a rounded copy.
fn minutes(text: &str) -> Option<u64> {
    let before = text[..text.find("minute")?].trim_end();
    let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    before[before.len() - digits..].parse().ok()
}

impl State {
    /// The state with this number in WMI and in events.
    pub fn from_code(code: u64) -> Option<Self> {
        const BY_CODE: [State; 7] = [
            State::Unlicensed,
            State::Licensed,
            State::InitialGrace,
            State::AdditionalGrace,
            State::NonGenuineGrace,
            State::Notification,
            State::ExtendedGrace,
        ];
        usize::try_from(code).ok().and_then(|code| BY_CODE.get(code)).copied()
    }

    /// The state that a script names with exactly these words, dashes around them aside.
    pub fn from_words(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches('-').trim().trim_end_matches('.');
        let is = |name: &str| name.trim_end_matches('.').eq_ignore_ascii_case(text);
        if is("UNKNOWN") {
            return Some(Self::Unknown);
        }
        // Older copies of the script leave out what stands in brackets.
        let short = |name: &str| name.split_once(" (").is_some_and(|(name, _)| is(name));
        let found = ERRORS
            .states
            .iter()
            .find(|state| is(&state.ospp) || is(&state.slmgr) || is(&state.wmi) || short(&state.slmgr));
        found.and_then(|state| Self::from_code(u64::from(state.code)))
    }

    /// The state that `vnextdiag.ps1` names so.
    pub fn from_vnext(text: &str) -> Option<Self> {
        match text {
            "Licensed" => Some(Self::Licensed),
            "Grace" => Some(Self::Grace),
            "RFM" => Some(Self::ReducedFunctionality),
            _ => None,
        }
    }

    /// Whether the product works without a reminder of any kind.
    pub fn is_well(self) -> bool {
        matches!(self, Self::Licensed)
    }

    /// All states, the better ones first.
    pub const ALL: [Self; 10] = [
        Self::Licensed,
        Self::InitialGrace,
        Self::Grace,
        Self::AdditionalGrace,
        Self::ExtendedGrace,
        Self::NonGenuineGrace,
        Self::Notification,
        Self::ReducedFunctionality,
        Self::Unlicensed,
        Self::Unknown,
    ];
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unlicensed => "unlicensed",
            Self::Licensed => "licensed",
            Self::InitialGrace => "initial grace",
            Self::AdditionalGrace => "additional grace",
            Self::NonGenuineGrace => "non-genuine grace",
            Self::Notification => "notification",
            Self::ExtendedGrace => "extended grace",
            Self::Grace => "grace",
            Self::ReducedFunctionality => "reduced functionality",
            Self::Unknown => "unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_compared_whole_so_that_unlicensed_is_not_licensed() {
        for (text, state) in [
            (" ---LICENSED--- ", Some(State::Licensed)),
            ("---UNLICENSED---", Some(State::Unlicensed)),
            ("---EXTENDED GRACE---", Some(State::ExtendedGrace)),
            ("Non-genuine grace period.", Some(State::NonGenuineGrace)),
            ("Additional grace period", Some(State::AdditionalGrace)),
            ("---UNKNOWN---", Some(State::Unknown)),
            ("Lizenziert", None),
            ("LICENSED?", None),
            ("", None),
        ] {
            assert_eq!(State::from_words(text), state, "{text}");
        }
        for state in &ERRORS.states {
            let expected = State::from_code(u64::from(state.code));
            assert!(expected.is_some());
            for name in [&state.ospp, &state.slmgr, &state.wmi] {
                assert_eq!(State::from_words(name), expected, "{name}");
            }
        }
    }

    #[test]
    fn minutes_are_taken_and_days_are_not() {
        let read = |kind, text| Value::read(kind, text);
        assert_eq!(read(Kind::DaysMinutes, "29 days  (43194 minute(s) before expiring)"), Value::Number(43_194));
        assert_eq!(read(Kind::MinutesDays, "251100 minute(s) (174 day(s))"), Value::Number(251_100));
        assert_eq!(read(Kind::DaysMinutes, "29 days"), Value::Text("29 days".into()));
        assert_eq!(read(Kind::Minutes, "120 minutes"), Value::Number(120));
        assert_eq!(read(Kind::Hex, "0xC004F056."), Value::Code(Hresult(0xC004_F056)));
        assert_eq!(read(Kind::Digits, "0206507704938372"), Value::Flag(true));
        assert_eq!(find_code("hr=0x8007232B, 0x1"), Some(Hresult(0x8007_232B)));
        assert_eq!(find_code("0x 0xZ 0x123456789"), None);
    }
}
