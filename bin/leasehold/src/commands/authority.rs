//! What an authority's answers and silences mean for those who ask it: hosts, and machines with multiple keys.

use leasehold_client::{AuthorityAddress, AuthorityError, Failure as Why, NotAHost, Refused};
use leasehold_core::Code;

use crate::failure::Failure;

/// An authority's no, in words for the customer.
pub(crate) fn refused(address: &AuthorityAddress, refused: &Refused) -> Failure {
    let again = refused.retry.map(|retry| format!("; it may be asked again in {retry}")).unwrap_or_default();
    let Some(code) = refused.known() else {
        let message = format!("authority {address}: {refused} ({}){again}", refused.code);
        return Failure::refused(Code::Refused, message).hint(refused.detail.clone());
    };
    let failure = Failure::refused(code, format!("authority {address}: {refused}{again}"));
    match code {
        Code::UnknownKey => {
            failure.hint("compare the key with what the vendor gave you, and the address with the vendor's")
        }
        Code::Revoked => {
            failure.hint("ask the vendor for another key; what was granted before is not changed by this answer")
        }
        Code::BadSignature => failure.hint("run the command again with the right key"),
        _ if refused.is_temporary() => {
            failure.hint("run the command again later: nothing is lost, and nothing used up")
        }
        _ => failure,
    }
}

/// What it means that an authority has not answered, or that its answer cannot be believed.
pub(crate) fn failed(error: &AuthorityError) -> Failure {
    let code = error.code();
    match &error.failure {
        Why::Certificate(_) | Why::List(_) | Why::Lease(_) | Why::OtherLease(_) | Why::ClockSkew(_) | Why::Foreign => {
            Failure::refused(code, error.to_string())
        }
        Why::Unavailable(refused) if !refused.is_temporary() => Failure::refused(code, error.to_string()),
        Why::Unavailable(_)
        | Why::Unreachable(_)
        | Why::Silent
        | Why::Agent(_)
        | Why::NameNotFound
        | Why::Untrusted(_)
        | Why::PlainHttp
        | Why::Proxy(_)
        | Why::Gateway { .. } => Failure::failed(code, error.to_string()),
        Why::NotAHost(reason) => {
            let failure = Failure::failed(code, error.to_string());
            let may_speak_tls = matches!(
                reason,
                NotAHost::Protocol(_) | NotAHost::Elsewhere { .. } | NotAHost::Reply { status: 400, .. }
            );
            if error.address.is_secure() || !may_speak_tls {
                return failure;
            }
            failure.hint("plain HTTP was spoken: if the authority speaks TLS, write https:// before its address")
        }
    }
}
