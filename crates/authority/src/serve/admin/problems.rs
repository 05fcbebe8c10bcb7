//! Errors as problem documents, in words for the vendor's own people.

use leasehold_service::{Problem, StatusCode};

use crate::error::{Error, ErrorKind};
use crate::serve::{certificate_ended, store_unavailable};

/// The problem document of an error.
pub(super) fn problem(error: &Error) -> Problem {
    let code = error.code();
    let status = match error.kind() {
        ErrorKind::Missing => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Invalid | ErrorKind::TooLarge => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Request => StatusCode::BAD_REQUEST,
        ErrorKind::Certificate => return certificate_ended(),
        ErrorKind::Store => {
            tracing::error!(%code, %error, "not answered");
            return store_unavailable();
        }
        ErrorKind::Passphrase | ErrorKind::Local => {
            tracing::error!(%code, %error, "not answered");
            return Problem::internal();
        }
    };
    Problem::new(code.name(), status, code.meaning(), format!("{error}; {}", code.hint()))
}
