//! Answers with a fixed set of words, the same in files, on the command line and in a dialogue.

/// Defines an answer: its words, how it is read and how it is written.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
        pub enum $name { $($(#[$of])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every answer.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let is = |word: &str| Self::ALL.iter().copied().find(|choice| choice.name() == word);
                let word = $crate::plan::choice::plain(text);
                is(&word).or_else(|| is($crate::plan::choice::short(&word))).ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|choice| choice.name()).collect();
                    format!("one of {}", words.join(", "))
                })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = $crate::plan::choice::Word::deserialize(deserializer)?.0;
                text.parse().map_err(|words| serde::de::Error::custom(format!("{text:?} is not {words}")))
            }
        }
    };
}

pub(super) use choice;

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// A word as people write it: `Windows 11`, `semi_isolated`, `AD`.
pub(super) fn plain(text: &str) -> String {
    let words: Vec<String> =
        text.split([' ', '_', '-']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    words.join("-")
}

/// A release without the names that stand before it on its box: `office-ltsc-2024`, `windows-server-2022`.
pub(super) fn short(word: &str) -> &str {
    let mut rest = word;
    for name in ["microsoft-", "office-", "ltsc-", "windows-server-"] {
        let without = rest.strip_prefix(name);
        rest = match (name, without) {
            ("windows-server-", Some(_)) => &rest["windows-".len()..],
            (_, Some(without)) => without,
            (_, None) => rest,
        };
    }
    if ["365-apps", "365", "m365-apps"].contains(&rest) { "m365" } else { rest }
}

/// A word of a file; a release may stand there as a number.
pub(super) struct Word(pub(super) String);

impl Word {
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfFile;
        impl Visitor<'_> for OfFile {
            type Value = Word;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Word, E> {
                Ok(Word(text.to_owned()))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
        }
        deserializer.deserialize_any(OfFile)
    }
}
