//! What one check of a doctor has found: of a client, of a host, or of the hosts that Office looks for.

use alloc::string::String;
use core::fmt;

use crate::code::Code;

/// What one check has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub name: String,
    /// How the check ended.
    pub outcome: CheckOutcome,
    /// What was found, or why nothing was checked.
    pub detail: String,
    /// The code, where something is wrong.
    pub code: Option<Code>,
    /// The rule that it comes under, where a table of rules has one.
    pub rule: Option<&'static str>,
    /// What to do about it, where that depends on what was found.
    hint: Option<String>,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckOutcome {
    /// Nothing is wrong.
    Ok,
    /// It works now, but not always or not for every client.
    Warning,
    /// It does not work.
    Failure,
    /// It could not be checked, or need not be.
    Skipped,
}

impl Finding {
    /// Nothing is wrong.
    pub fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), outcome: CheckOutcome::Ok, detail: detail.into(), code: None, rule: None, hint: None }
    }

    /// It was not checked, for this reason.
    pub fn skipped(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { outcome: CheckOutcome::Skipped, ..Self::ok(name, reason) }
    }

    /// It works now, but not always or not for every client.
    pub fn warning(name: impl Into<String>, code: Code, detail: impl Into<String>) -> Self {
        Self { outcome: CheckOutcome::Warning, code: Some(code), ..Self::ok(name, detail) }
    }

    /// It does not work.
    pub fn failure(name: impl Into<String>, code: Code, detail: impl Into<String>) -> Self {
        Self { outcome: CheckOutcome::Failure, ..Self::warning(name, code, detail) }
    }

    /// This finding with a hint of its own instead of its code's.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// This finding with the rule that it comes under.
    #[must_use]
    pub fn with_rule(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }

    /// What to do about it: its own hint, else that of its code.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref().or_else(|| self.code.map(Code::hint))
    }

    /// Whether something does not work.
    pub fn is_failure(&self) -> bool {
        self.outcome == CheckOutcome::Failure
    }
}

impl CheckOutcome {
    /// The word for it, as it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for CheckOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_is_the_codes_unless_the_finding_has_its_own() {
        let failure = Finding::failure("port", Code::ConnectionRefused, "");
        assert_eq!(failure.hint(), Some(Code::ConnectionRefused.hint()));
        assert_eq!(failure.with_hint("start it").hint(), Some("start it"));
        assert_eq!(Finding::ok("port", "").hint(), None);
    }
}
