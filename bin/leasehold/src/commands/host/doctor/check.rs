//! What an examination finds: checks in the order in which one thing rests on another, each with its outcome.

use leasehold_core::codes;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, Output};

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    name: String,
    outcome: Outcome,
    detail: String,
    code: Option<&'static str>,
    next: Option<String>,
}

/// How a check has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Ok,
    Warning,
    Failure,
    Skipped,
}

/// All findings; earlier ones are the likelier cause of later ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Examination {
    pub(crate) checks: Vec<Check>,
}

impl Check {
    /// All is well.
    pub(crate) fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(name.into(), Outcome::Ok, detail.into())
    }

    /// It could not be looked at, for this reason.
    pub(crate) fn skipped(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(name.into(), Outcome::Skipped, reason.into())
    }

    /// It works, and will not for ever or not for everybody; the table of codes says what to do.
    pub(crate) fn warning(name: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name.into(), Outcome::Warning, detail.into()).coded(code)
    }

    /// It does not work; the table of codes says what to do.
    pub(crate) fn failure(name: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(name.into(), Outcome::Failure, detail.into()).coded(code)
    }

    /// This check, saying what to do next instead of what the table of codes says.
    pub(crate) fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }

    /// Whether it has found that something does not work.
    pub(crate) fn fails(&self) -> bool {
        self.outcome == Outcome::Failure
    }

    /// The code of what it has found.
    #[cfg(test)]
    pub(crate) fn code(&self) -> Option<&'static str> {
        self.code
    }

    fn new(name: String, outcome: Outcome, detail: String) -> Self {
        Self { name, outcome, detail, code: None, next: None }
    }

    fn coded(self, code: &'static str) -> Self {
        let next = codes::find(code).map(|entry| entry.next.to_owned());
        Self { code: Some(code), next, ..self }
    }

    fn print(&self) {
        anstream::println!("{:7}  {}", self.outcome.word(), self.line());
        if let Some(next) = &self.next {
            anstream::println!("         next: {next}");
        }
    }

    fn line(&self) -> String {
        let code = self.code.map(|code| format!(" [{code}]")).unwrap_or_default();
        format!("{}: {}{code}", self.name, self.detail)
    }

    fn value(&self) -> Value {
        let Self { name, outcome, detail, code, next } = self;
        json!({ "name": name, "outcome": outcome.word(), "detail": detail, "code": code, "next": next })
    }
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
        }
    }
}

impl Examination {
    /// Prints the checks and the likeliest cause; ends well where nothing has failed.
    pub(crate) fn report(&self, output: Output) -> Result<(), Failure> {
        match output {
            Output::Json => output::json(&json!({
                "checks": self.checks.iter().map(Check::value).collect::<Vec<_>>(),
                "cause": self.cause().map(Check::value),
            })),
            Output::Human => self.print(),
        }
        let failure = self.checks.iter().find(|check| check.fails());
        failure.map_or(Ok(()), |check| Err(Failure::unhealthy(check.code.unwrap_or("internal"))))
    }

    /// The first that fails, since later ones rest on it; else the first to warn.
    fn cause(&self) -> Option<&Check> {
        let first = |outcome| self.checks.iter().find(move |check| check.outcome == outcome);
        first(Outcome::Failure).or_else(|| first(Outcome::Warning))
    }

    fn print(&self) {
        self.checks.iter().for_each(Check::print);
        match self.cause() {
            Some(check) if check.fails() => anstream::println!("\nmost likely cause: {}", check.line()),
            Some(check) => anstream::println!("\nnothing is broken; see to this first: {}", check.line()),
            None => anstream::println!("\nnothing is wrong"),
        }
    }
}
