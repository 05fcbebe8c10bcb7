//! What an authority's answers and silences mean for those who ask it: hosts, and machines with multiple keys.

use leasehold_client::{AuthorityAddress, AuthorityError, Failure as Why, Refused};
use leasehold_core::codes;

use crate::failure::Failure;

/// An authority's no, in words for the customer.
pub(crate) fn refused(address: &AuthorityAddress, refused: &Refused) -> Failure {
    let again = refused.retry.map(|retry| format!("; it may be asked again in {retry}")).unwrap_or_default();
    let Some(known) = codes::find(&refused.code) else {
        let message = format!("authority {address}: {refused} ({}){again}", refused.code);
        return Failure::refused("refused", message).hint(refused.detail.clone());
    };
    let failure = Failure::refused(known.name, format!("authority {address}: {refused}{again}"));
    match known.name {
        "unknown-key" => {
            failure.hint("compare the key with what the vendor gave you, and the address with the vendor's")
        }
        "revoked" => {
            failure.hint("ask the vendor for another key; what was granted before is not changed by this answer")
        }
        "bad-signature" => failure.hint("run the command again with the right key"),
        _ if refused.may_pass() => failure.hint("run the command again later: nothing is lost, and nothing used up"),
        _ => failure,
    }
}

/// What it means that an authority has not answered, or that its answer cannot be believed.
pub(crate) fn failed(error: &AuthorityError) -> Failure {
    let code = codes::find(error.code()).map_or("refused", |known| known.name);
    match &error.failure {
        Why::Certificate(_) | Why::List(_) | Why::Lease(_) | Why::OtherLease(_) | Why::Foreign => {
            Failure::refused(code, error.to_string())
        }
        Why::Unavailable(refused) if !refused.may_pass() => Failure::refused(code, error.to_string()),
        Why::Unavailable(_)
        | Why::Unreachable(_)
        | Why::Silent
        | Why::NameNotFound
        | Why::Untrusted(_)
        | Why::Proxy(_)
        | Why::NotAHost(_) => Failure::failed(code, error.to_string()),
    }
}
