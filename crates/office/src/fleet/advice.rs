//! How a line of the overview stands, what that means, and what to do next.

use std::borrow::Cow;

use serde::Serialize;

use crate::facts::errors::{ERRORS, Hresult};
use crate::read::Unrecognised;

/// How a line of the overview stands, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// In order.
    Well,
    /// Says nothing about health: a licence without key, the answer to a command, the placeholder of a subscription.
    Neutral,
    /// Works, and soon will not.
    Soon,
    /// Not recognised: nothing is known.
    Unknown,
    /// Something has to be done.
    Attention,
}

impl Health {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Well, Self::Neutral, Self::Soon, Self::Unknown, Self::Attention];

    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Neutral => "neutral",
            Self::Soon => "soon",
            Self::Unknown => "unknown",
            Self::Attention => "attention",
        }
    }
}

/// What a line means and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// How it stands.
    pub health: Health,
    /// What it means.
    pub meaning: Cow<'static, str>,
    /// What to do next; empty where there is nothing.
    pub next: Cow<'static, str>,
}

impl Advice {
    pub(crate) fn new(
        health: Health,
        meaning: impl Into<Cow<'static, str>>,
        next: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { health, meaning: meaning.into(), next: next.into() }
    }

    /// What the tables say about a failure.
    pub(crate) fn of_code(code: Hresult) -> Self {
        match ERRORS.find(code) {
            Some(entry) => {
                let next = entry.remedy.first().map_or("", String::as_str);
                Self::new(Health::Attention, entry.meaning.as_str(), next)
            }
            None => Self::new(
                Health::Attention,
                format!("0x{:08X} is in none of the tables", code.0),
                "search Microsoft's support pages for the code itself",
            ),
        }
    }

    /// What is known of a property of WMI that says another word than a state's.
    pub(crate) fn of_no_state(word: &str) -> Self {
        Self::new(Health::Unknown, format!("not recognised, no state is called {word:?}"), COLLECT)
    }

    /// What is known of a text that is not read, and the first line of it.
    pub(crate) fn of_unknown(localised: bool, line: Option<&Unrecognised>) -> Self {
        let said = line.map_or_else(String::new, |line| format!(", line {}: {}", line.line, line.text));
        if localised {
            Self::new(
                Health::Unknown,
                format!("not recognised, it looks like a script's output in a language that is not read{said}"),
                COLLECT,
            )
        } else {
            Self::new(Health::Unknown, format!("not recognised{said}"), COLLECT)
        }
    }
}

/// Whole days, as people say them.
pub(crate) fn in_days(minutes: u64) -> String {
    match minutes / MINUTES_A_DAY {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// How to collect what is read in every language, where no script runs.
const COLLECT: &str = "collect it from WMI, in any language: Get-CimInstance SoftwareLicensingProduct -Filter \
                       'PartialProductKey is not null' | Export-Csv status.csv";
/// Minutes of a day.
pub const MINUTES_A_DAY: u64 = 24 * 60;
