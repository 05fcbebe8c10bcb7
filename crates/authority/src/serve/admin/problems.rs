//! Failures as problem documents, in words for the vendor's own people.

use leasehold_core::codes;
use leasehold_service::{Problem, StatusCode};

use crate::error::Error;
use crate::serve::{certificate_ended, store_unavailable};

/// The problem document of what could not be done.
pub(super) fn problem(error: &Error) -> Problem {
    let status = match error {
        Error::UnknownProduct(_)
        | Error::UnknownFamily(_)
        | Error::UnknownKey(_)
        | Error::UnknownHost(_)
        | Error::UnknownToken(_)
        | Error::UnknownAuthority(_) => StatusCode::NOT_FOUND,
        Error::ProductExists(_)
        | Error::ProductNumberTaken(_)
        | Error::FamilyExists(_)
        | Error::FamilyNumberTaken(_)
        | Error::NumbersUsedUp
        | Error::ProductWithdrawn(_)
        | Error::FamilyWithdrawn(_)
        | Error::AmbiguousKey(..)
        | Error::OwnAuthority(_)
        | Error::Superseded(_)
        | Error::TokenExists(_)
        | Error::ListFull { .. } => StatusCode::CONFLICT,
        Error::Policy(_) | Error::GrantTooLarge(_) | Error::TokenEnded(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::NotARequest(_) | Error::Request(_) => StatusCode::BAD_REQUEST,
        Error::Certificate(_) => return certificate_ended(),
        Error::Store(_) => {
            tracing::error!(code = error.code(), %error, "not answered");
            return store_unavailable();
        }
        Error::File { .. }
        | Error::Output(_)
        | Error::WrongPassphrase(_)
        | Error::NotAKeyFile(_)
        | Error::AnotherKey(_)
        | Error::EmptyPassphrase
        | Error::VendorExists(_)
        | Error::Leftover(_)
        | Error::NotInitialised => {
            tracing::error!(code = error.code(), %error, "not answered");
            return Problem::internal();
        }
    };
    let entry = codes::find(error.code());
    let (title, next) = entry.map_or(("", ""), |entry| (entry.meaning, entry.next));
    Problem::new(error.code(), status, title, format!("{error}; {next}"))
}
