//! Refusals and failures as problem documents (RFC 9457), in words for hosts and machines out there.

use std::borrow::Cow;
use std::time::Duration;

use leasehold_core::Code;
use leasehold_core::activation::Refusal;
use leasehold_service::{Problem, StatusCode};

use crate::error::{Error, ErrorKind};

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
    let new = |detail: &'static str| new(refusal.code(), status, detail);
    match *refusal {
        Refusal::UnknownKey | Refusal::BadSignature => {
            new("this authority has issued no such product key: compare it with what the vendor sent, and ask them")
        }
        Refusal::Revoked => new("the vendor has revoked this product key or this key pair: ask them for another"),
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
        Refusal::HostForked => new(
            "two copies of this host have renewed, or it was restored from a backup: run one of them, and ask the vendor",
        ),
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
    match (error.kind(), error) {
        (ErrorKind::Request, Error::Request(reason)) if error.code() != Code::Malformed => {
            let detail = format!("{reason}: make the request again");
            new(Code::BadSignature, StatusCode::UNAUTHORIZED, detail)
        }
        (ErrorKind::Request, _) => Problem::malformed(error.to_string()),
        (ErrorKind::Certificate, _) => certificate_ended(),
        (ErrorKind::TooLarge, _) => {
            let detail = "what the product key grants fits into no certificate: tell the vendor";
            new(Code::GrantTooLarge, StatusCode::INTERNAL_SERVER_ERROR, detail)
        }
        (ErrorKind::Store, _) => store_unavailable(),
        // Only commands of the vendor and calls of the admin API can cause these.
        (
            ErrorKind::Missing | ErrorKind::Conflict | ErrorKind::Invalid | ErrorKind::Passphrase | ErrorKind::Local,
            _,
        ) => Problem::internal(),
    }
}

/// `store-unavailable` 503.
pub(crate) fn store_unavailable() -> Problem {
    let detail = "the authority cannot record anything now and so answers nothing: ask again later";
    new(Code::StoreUnavailable, StatusCode::SERVICE_UNAVAILABLE, detail).with_retry_after(LATER)
}

/// `authority-certificate-ended` 503.
pub(crate) fn certificate_ended() -> Problem {
    let detail = "the authority may not sign at this time: tell the vendor";
    new(Code::AuthorityCertificateEnded, StatusCode::SERVICE_UNAVAILABLE, detail)
}

/// `too-many-requests` 429.
pub(crate) fn too_many(wait: Duration, detail: &'static str) -> Problem {
    new(Code::TooManyRequests, StatusCode::TOO_MANY_REQUESTS, detail).with_retry_after(wait)
}

fn new(code: Code, status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(code.name(), status, code.meaning(), detail)
}

/// How long to wait before asking again while the store is away.
const LATER: Duration = Duration::from_mins(1);
