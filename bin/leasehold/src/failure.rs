//! How a command ends when it does not succeed: a code, a message, a hint, an exit status.

use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use leasehold_core::Code;

use crate::hardening;
use crate::system;
use crate::terminal::Output;

/// The end of a command that has not done what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    message: String,
    hint: Option<String>,
    exit: Exit,
    said: Said,
}

/// Whether the command itself has said why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    NotYet,
    Already,
}

/// What the exit status says (DESIGN section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 1: the answer is no.
    Refused,
    /// 2: wrong usage, or the program could not do its work.
    Failed,
}

impl Failure {
    /// The answer is no: a refusal, a document that does not verify, something unhealthy.
    pub(crate) fn refused(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, exit: Exit::Refused, said: Said::NotYet }
    }

    /// The answer is no, and the data that was printed says why.
    pub(crate) fn unhealthy(code: Code) -> Self {
        Self { said: Said::Already, ..Self::refused(code, "") }
    }

    /// As before, where it has been reported and the work went on.
    pub(crate) fn reported(self) -> Self {
        Self { said: Said::Already, ..self }
    }

    /// Wrong usage, or we failed.
    pub(crate) fn failed(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, exit: Exit::Failed, said: Said::NotYet }
    }

    /// A file or folder that cannot be read or written.
    pub(crate) fn file(path: &Path, error: &std::io::Error) -> Self {
        // Windows refuses to open a folder as if it were someone else's.
        let is_folder = cfg!(windows) && error.kind() == ErrorKind::PermissionDenied && path.is_dir();
        let error = if is_folder { &ErrorKind::IsADirectory.into() } else { error };
        let failure = Self::failed(Code::File, format!("{}: {}", path.display(), system::words(error)));
        match system::hint(error) {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }

    /// With what to do about the error of the system from which `error` comes, where one does.
    pub(crate) fn because_of(self, error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(hint) = error.downcast_ref().and_then(system::hint) {
                return self.hint(hint);
            }
            cause = error.source();
        }
        self
    }

    /// Says which file it is about.
    pub(crate) fn of(self, path: &Path) -> Self {
        Self { message: format!("{}: {}", path.display(), self.message), ..self }
    }

    /// Says which of a command's files it is about; that one is no answer, but a failure of the command.
    pub(crate) fn about(self, what: &str) -> Self {
        Self { message: format!("{what} {}", self.message), exit: Exit::Failed, ..self }
    }

    /// The stable code.
    pub(crate) const fn code(&self) -> Code {
        self.code
    }

    /// Says what to do next, instead of what the table of codes says.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// What happened, without its code.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What to do next.
    pub(crate) fn advice(&self) -> &str {
        self.hint.as_deref().unwrap_or_else(|| self.code.hint())
    }

    /// Prints message and hint on standard error.
    pub(crate) fn report(&self, output: Output) -> ExitCode {
        let hint = hardening::without_product_keys(self.advice());
        let message = hardening::without_product_keys(&system::translated(&self.message));
        match output {
            _ if self.said == Said::Already => {}
            Output::Json => {
                let error = serde_json::json!({ "code": self.code.name(), "message": message, "hint": hint });
                errln!("{}", serde_json::json!({ "error": error }));
            }
            Output::Human => {
                errln!("error: {message} [{}]", self.code);
                errln!("hint: {hint}");
            }
        }
        ExitCode::from(match self.exit {
            Exit::Refused => 1,
            Exit::Failed => 2,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)
    }
}
