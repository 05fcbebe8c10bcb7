//! What a check has found.

use leasehold_core::codes;

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What was checked.
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    /// What was found, or why nothing was checked.
    pub(crate) detail: String,
    /// What it is called, where it is worth a word.
    pub(crate) code: Option<&'static str>,
    /// What to do about it, where there is something to do.
    pub(crate) next: Option<String>,
}

/// How a check has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Warning,
    Failure,
    Skipped,
}

impl Finding {
    /// All is well.
    pub(crate) fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { name: name.into(), outcome: Outcome::Ok, detail: detail.into(), code: None, next: None }
    }

    /// It could not be looked at, or need not be, for this reason.
    pub(crate) fn skipped(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self { outcome: Outcome::Skipped, ..Self::ok(name, why) }
    }

    /// It works, and will not for ever or not for everybody. `code` is one of the table's, which says what to do; another
    /// is told as `internal`.
    pub(crate) fn warning(name: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warning, ..Self::failure(name, code, detail) }
    }

    /// It does not work. `code` is one of the table's, which says what to do; another is told as `internal`.
    pub(crate) fn failure(name: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        let known = codes::find(code);
        let code = Some(known.map_or("internal", |known| known.name));
        let next = known.map(|known| known.next.to_owned());
        Self { outcome: Outcome::Failure, code, next, ..Self::ok(name, detail) }
    }

    /// Whether it has found that something does not work.
    pub(crate) fn fails(&self) -> bool {
        self.outcome == Outcome::Failure
    }
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
        }
    }
}
