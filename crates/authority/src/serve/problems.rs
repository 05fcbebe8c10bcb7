//! Refusals and failures as problem documents (RFC 9457), in words for hosts and machines out there.

use std::time::Duration;

use leasehold_core::activation::Refusal;
use leasehold_core::codes;
use leasehold_service::{Problem, StatusCode};
use leasehold_wire::Reason;

use crate::error::Error;

/// The problem document of a refusal.
///
/// A proof that does not hold is answered as a product key that was never issued: a client without the key learns nothing
/// of it.
pub fn problem(refusal: &Refusal) -> Problem {
    let refusal = match refusal {
        Refusal::BadSignature => &Refusal::UnknownKey,
        other => other,
    };
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let new = |detail: &'static str| Problem::new(refusal.code(), status, title(refusal.code()), detail);
    match *refusal {
        Refusal::UnknownKey | Refusal::BadSignature => {
            new("this authority has issued no such product key: compare it with what the vendor sent, and ask them")
        }
        Refusal::Revoked => {
            new("the vendor has withdrawn this product key, or revoked this key pair: ask them for another")
        }
        Refusal::WrongKindOfKey { found, needed } => {
            new("hosts are activated with host keys, single machines with multiple keys: take the other kind of key")
                .with("found", found.name())
                .with("needed", needed.name())
        }
        Refusal::ProductNotGranted => {
            new("the product key is for another family of products: ask the vendor for one that covers this product")
        }
        Refusal::GrantEnded { end } => {
            new("what the product key grants has ended: renew it with the vendor").with("end", end.unix())
        }
        Refusal::HostsExhausted { hosts } => {
            new("the product key has activated all its hosts: use one of these, or ask the vendor for another key")
                .with("hosts", hosts)
        }
        Refusal::ActivationsExhausted { activations } => {
            new("all activations of the product key are used: ask the vendor for another key")
                .with("activations", activations)
        }
    }
}

/// The problem document of a request that got no answer.
pub(super) fn failure(error: &Error) -> Problem {
    match error {
        Error::Request(Reason::Malformed(malformed)) => Problem::malformed(malformed.to_string()),
        Error::NotARequest(_) => Problem::malformed(error.to_string()),
        Error::Request(reason) => {
            let detail = format!("{reason}: make the request again");
            Problem::new("bad-signature", StatusCode::UNAUTHORIZED, title("bad-signature"), detail)
        }
        Error::Certificate(_) => certificate_ended(),
        Error::GrantTooLarge(_) => {
            let detail = "what the product key grants fits into no certificate: tell the vendor";
            Problem::new("grant-too-large", StatusCode::INTERNAL_SERVER_ERROR, title("grant-too-large"), detail)
        }
        Error::Store(_) => store_unavailable(),
        // What only commands of the vendor can cause.
        Error::File { .. }
        | Error::Output(_)
        | Error::WrongPassphrase(_)
        | Error::NotAKeyFile(_)
        | Error::AnotherKey(_)
        | Error::EmptyPassphrase
        | Error::VendorExists(_)
        | Error::Leftover(_)
        | Error::NotInitialised
        | Error::ProductExists(_)
        | Error::ProductNumberTaken(_)
        | Error::FamilyExists(_)
        | Error::FamilyNumberTaken(_)
        | Error::NumbersUsedUp
        | Error::UnknownProduct(_)
        | Error::UnknownFamily(_)
        | Error::ProductWithdrawn(_)
        | Error::FamilyWithdrawn(_)
        | Error::UnknownKey(_)
        | Error::AmbiguousKey(..)
        | Error::UnknownHost(_)
        | Error::UnknownAuthority(_)
        | Error::OwnAuthority(_)
        | Error::Superseded(_)
        | Error::ListFull { .. }
        | Error::UnknownToken(_)
        | Error::TokenExists(_)
        | Error::TokenEnded(_)
        | Error::Policy(_) => Problem::internal(),
    }
}

/// `store-unavailable` 503.
pub(crate) fn store_unavailable() -> Problem {
    let detail = "the authority cannot record anything now and so answers nothing: ask again later";
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new("store-unavailable", status, title("store-unavailable"), detail).with_retry_after(LATER)
}

/// `authority-certificate-ended` 503.
pub(crate) fn certificate_ended() -> Problem {
    let detail = "the authority may not sign at this time: tell the vendor";
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new("authority-certificate-ended", status, title("authority-certificate-ended"), detail)
}

/// `too-many-requests` 429.
pub(crate) fn too_many(wait: Duration, detail: &'static str) -> Problem {
    let problem = Problem::new("too-many-requests", StatusCode::TOO_MANY_REQUESTS, title("too-many-requests"), detail);
    problem.with_retry_after(wait)
}

fn title(code: &'static str) -> &'static str {
    codes::find(code).map_or(code, |entry| entry.meaning)
}

/// When to come again while the store is away.
const LATER: Duration = Duration::from_mins(1);
