//! What a console says where a script or a command has not run: its message, which is one of the table.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::value::shorten;
use crate::facts::outputs::{Failed, OUTPUTS};

/// A script or command that has not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The line that says so.
    pub line: u64,
    /// The line itself, shortened.
    pub text: String,
    /// The name of the failure in the table.
    pub id: &'static str,
}

impl Failure {
    /// The failure that a line tells.
    pub(crate) fn of_line(line: u64, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > MAX_MESSAGE {
            return None;
        }
        let words = TEXTS.find(text)?.as_str();
        let found = OUTPUTS.failures.iter().find(|failure| failure.texts.iter().any(|own| own == words))?;
        Some(Self { line, text: shorten(text).to_owned(), id: &found.id })
    }

    /// The entry of the table.
    pub fn entry(&self) -> Option<&'static Failed> {
        OUTPUTS.failures.iter().find(|failure| failure.id == self.id)
    }
}

/// Any text of the table: one search for all of them, since every line is looked at.
static TEXTS: LazyLock<Regex> = LazyLock::new(|| {
    let texts = OUTPUTS.failures.iter().flat_map(|failure| failure.texts.iter());
    let any: Vec<String> = texts.map(|text| regex::escape(text)).collect();
    Regex::new(&any.join("|")).expect("texts without special characters are an expression")
});

/// A longer line is no message of a console.
const MAX_MESSAGE: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_of_the_table_is_known_by_each_of_its_texts() {
        for failure in &OUTPUTS.failures {
            for text in &failure.texts {
                let found = Failure::of_line(1, &format!("x {text} y")).map(|found| found.id);
                assert_eq!(found, Some(failure.id.as_str()), "{text}");
            }
        }
    }
}
