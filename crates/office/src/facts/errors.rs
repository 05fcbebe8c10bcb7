//! Codes that activation prints, and the states of a licence (`data/errors.toml`).

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::row::{Cell, rows, words_of_tables};
use super::table;

rows! {
    /// The table of codes and states.
    pub struct Errors {
        /// The form of the table.
        pub schema: u32,
        /// The day its facts were collected.
        pub retrieved: jiff::civil::Date,
        /// The codes.
        pub errors: Vec<Error> = "error",
        /// The states of a licence, in the order of their numbers.
        pub states: Vec<State> = "state",
    }
}

rows! {
    /// A code, what it means and what to do about it.
    pub struct Error {
        /// The code.
        pub code: Hresult,
        /// The same as an unsigned number.
        pub dec: u32,
        /// The same as a signed number, where the highest bit is set.
        pub signed: Option<i32>,
        /// The constant's name in Microsoft's headers, where it is known.
        pub name: Option<String>,
        /// Whether it is a failure at all.
        pub severity: Severity,
        /// What prints it.
        pub scope: Vec<Scope>,
        /// The ways of activation that it belongs to.
        pub method: Vec<Way>,
        /// A few words.
        pub title: String,
        /// What it means.
        pub meaning: String,
        /// Why it comes about, the likeliest first.
        pub causes: Vec<String>,
        /// What to do, in order.
        pub remedy: Vec<String>,
        /// How well it is known.
        pub confidence: Confidence,
        /// Where it was read.
        pub source: String,
    }
}

rows! {
    /// A state of a licence, as each tool spells it.
    pub struct State {
        /// Its number in WMI and in events.
        pub code: u8,
        /// Its name in WMI.
        pub wmi: String,
        /// Its name in `ospp.vbs`.
        pub ospp: String,
        /// Its name in `slmgr.vbs`.
        pub slmgr: String,
        /// What it means.
        pub meaning: String,
        /// Where it was read.
        pub source: String,
    }
}

/// A number as Windows gives results: severity, facility and code in 32 bits. Shown and read as `0xC004F074`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hresult(pub u32);

/// How grave a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It failed.
    Error,
    /// It works, and soon will not.
    Warning,
    /// It is not a failure.
    Info,
}

/// What prints a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Windows and `slmgr.vbs`.
    Windows,
    /// Volume Office and `ospp.vbs`.
    Office,
    /// Microsoft 365 Apps.
    M365,
    /// A KMS host.
    KmsHost,
    /// The lookup of hosts.
    Dns,
}

/// A way of activation that a code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Key Management Service.
    Kms,
    /// Multiple Activation Key.
    Mak,
    /// Active Directory.
    Ad,
    /// Tokens on smart cards.
    Token,
    /// Keys of a manufacturer.
    Oem,
    /// Retail keys and digital licences.
    Retail,
    /// Microsoft 365 Apps.
    Subscription,
    /// Shared computer activation.
    Shared,
    /// All of them.
    Any,
}

/// How well a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Microsoft says so.
    Documented,
    /// It was seen in real output.
    Observed,
    /// Only others say so.
    ThirdParty,
}

/// The table.
pub static ERRORS: LazyLock<Errors> = LazyLock::new(|| {
    let mut errors: Errors = table(include_str!("../../data/errors.toml"));
    let more: MoreErrors = table(include_str!("../../data/errors-more.toml"));
    errors.errors.extend(more.errors);
    errors
});

static BY_CODE: LazyLock<HashMap<Hresult, &'static Error>> =
    LazyLock::new(|| ERRORS.errors.iter().map(|error| (error.code, error)).collect());

rows! {
    /// Codes that are printed more seldom (`data/errors-more.toml`).
    struct MoreErrors {
        #[expect(dead_code, reason = "the form of the table, which is checked by being read")]
        schema: u32,
        #[expect(dead_code, reason = "the day of its facts, which is checked by being read")]
        retrieved: jiff::civil::Date,
        errors: Vec<Error> = "error",
    }
}

impl Errors {
    /// The entry of `code`.
    pub fn find(&self, code: Hresult) -> Option<&'static Error> {
        BY_CODE.get(&code).copied()
    }
}

impl Hresult {
    /// The 32 bits as a signed number.
    pub fn signed(self) -> i32 {
        self.0.cast_signed()
    }

    /// The same error under the number that it has as a result: one of Windows (`12007`, which is `0x80072EE7`), one of
    /// the kernel (`0xD0000022`, which is `0xC0000022`).
    pub fn elsewhere(self) -> Option<Self> {
        const OF_WINDOWS: u32 = 0x8007_0000;
        const OF_THE_KERNEL: u32 = 0x1000_0000;
        match self.0 {
            // Smaller numbers stand for too much else.
            100..=0xFFFF => Some(Self(OF_WINDOWS | self.0)),
            code if code >> 28 == 0xD => Some(Self(code & !OF_THE_KERNEL)),
            _ => None,
        }
    }

    /// The hexadecimal number with or without `0x` in `text`; 3 to 8 digits.
    pub fn parse_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let fits = (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| u32::from_str_radix(digits, 16).ok().map(Self))?
    }
}

impl fmt::Display for Hresult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The few that are small numbers are printed without leading zeros.
        if self.0 < 0x1000 { write!(f, "0x{:X}", self.0) } else { write!(f, "0x{:08X}", self.0) }
    }
}

impl Serialize for Hresult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Cell for Hresult {
    fn read(value: Value) -> Self {
        let text = String::read(value);
        Self::parse_hex(&text).unwrap_or_else(|| panic!("{text}: no hexadecimal code"))
    }
}

words_of_tables!(Severity, Scope, Way, Confidence);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_stands_once_and_its_three_forms_agree() {
        let mut seen = BTreeSet::new();
        for error in &ERRORS.errors {
            assert!(seen.insert(error.code), "{} stands twice", error.code);
            assert_eq!(error.code.0, error.dec, "{}", error.code);
            let signed = error.code.signed();
            assert_eq!(error.signed, (signed < 0).then_some(signed), "{}", error.code);
            assert!(!error.title.is_empty() && !error.source.is_empty(), "{}", error.code);
            assert_eq!(Hresult::parse_hex(&error.code.to_string()), Some(error.code));
        }
        assert!(ERRORS.errors.len() > 800);
    }

    #[test]
    fn what_an_entry_points_at_is_there() {
        for error in &ERRORS.errors {
            for text in error.causes.iter().chain(&error.remedy).chain([&error.meaning]) {
                for (at, _) in text.match_indices("0x") {
                    let digits: String = text[at..].chars().take(10).collect();
                    let code = Hresult::parse_hex(digits.trim_end_matches(|c: char| !c.is_ascii_hexdigit()));
                    assert!(code.is_some_and(|code| ERRORS.find(code).is_some()), "{}: {text}", error.code);
                }
            }
        }
    }

    #[test]
    fn the_states_are_numbered_as_wmi_numbers_them() {
        let codes: Vec<u8> = ERRORS.states.iter().map(|state| state.code).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6]);
    }
}
