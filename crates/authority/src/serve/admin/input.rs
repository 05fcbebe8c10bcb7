//! Values of bodies: texts with rules, and what may be taken away.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A text that its type reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parsed<T>(pub(super) T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|error: T::Err| D::Error::custom(format!("{text:?}: {error}")))
    }
}

/// A value that may be missing, taken away (`null`) or there; the field needs `#[serde(default)]`.
#[derive(Clone, Debug, Default)]
pub(super) enum Given<T> {
    #[default]
    Missing,
    Nothing,
    This(T),
}

impl<T> Given<T> {
    /// As the library's changes have it: `None` stays, `Some(None)` is taken away.
    #[expect(clippy::option_option, reason = "what the library's changes are made of")]
    pub(super) fn map<U>(self, made: impl FnOnce(T) -> U) -> Option<Option<U>> {
        match self {
            Self::Missing => None,
            Self::Nothing => Some(None),
            Self::This(value) => Some(Some(made(value))),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Nothing, Self::This))
    }
}
