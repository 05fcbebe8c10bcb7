//! What a check has found.

use serde::Serialize;

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was checked.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The stable code, where something is worth a word.
    pub code: Option<&'static str>,
    /// The rule about rogue hosts that it comes under, where it does.
    pub rule: Option<&'static str>,
    /// What was found.
    pub detail: String,
    /// What to do about it, where that depends on what was found.
    pub next: Option<String>,
}

/// How a check has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// All is well.
    Ok,
    /// It works, and should be looked at.
    Warning,
    /// It does not work, or is not right.
    Failure,
    /// It could not be looked at.
    Skipped,
}

impl Finding {
    pub(super) fn ok(name: &str, detail: String) -> Self {
        Self { name: name.to_owned(), outcome: Outcome::Ok, code: None, rule: None, detail, next: None }
    }

    pub(super) fn skipped(name: &str, detail: String) -> Self {
        Self { outcome: Outcome::Skipped, ..Self::ok(name, detail) }
    }

    pub(super) fn warning(name: &str, code: &'static str, detail: String) -> Self {
        Self { outcome: Outcome::Warning, code: Some(code), ..Self::ok(name, detail) }
    }

    pub(super) fn failure(name: &str, code: &'static str, detail: String) -> Self {
        Self { outcome: Outcome::Failure, ..Self::warning(name, code, detail) }
    }

    pub(super) fn by(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }

    pub(super) fn next(self, next: String) -> Self {
        Self { next: Some(next), ..self }
    }
}
