//! The vendor's authority: whether it answers now, and how the last renewal went.

use leasehold_core::{Code, Finding, Timestamp};

use super::DoctorInput;
use crate::authority::{Authority, LastFailure};
use crate::renewing::{Ending, ending, next_renewal};

pub(super) fn checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    // What is wrong with the folder has been said.
    let Ok(Some(identity)) = input.home.identity() else {
        return vec![Finding::skipped(NAME, "the host is not activated")];
    };
    let known = match &input.authority {
        Some(set) => Ok(Some(set.clone())),
        None => input.home.authority(),
    };
    let certificate = identity.certificate();
    let authority = match known {
        Ok(Some(authority)) => authority,
        Ok(None) => {
            return vec![by_hand(ending(certificate.issued, certificate.expires, input.now), certificate.expires)];
        }
        Err(error) => return vec![Finding::failure(NAME, error.code(), error.to_string())],
    };
    let renewal = match input.home.renewals().unwrap_or_default().last_failure {
        Some(failure) => not_renewed(&failure),
        None => Finding::ok("renewal", format!("next at {}", next_renewal(&identity, None))),
    };
    vec![answers(&authority, identity.revocation_number()), renewal]
}

/// Asks for the revocation list, which changes nothing.
fn answers(authority: &Authority, held: Option<u64>) -> Finding {
    let link = match authority.link() {
        Ok(link) => link,
        Err(error) => return Finding::failure(NAME, error.code(), error.to_string()),
    };
    match link.revocations(held) {
        Ok(_) => Finding::ok(NAME, format!("{} answers", authority.address)),
        // The host serves on without it.
        Err(error) => {
            let message = error.to_string();
            Finding::warning(NAME, error.code(), message.trim_start_matches("authority "))
        }
    }
}

fn by_hand(ending: Ending, expires: Timestamp) -> Finding {
    let detail = format!("none is known: the certificate is renewed by hand before {expires}");
    match ending {
        Ending::Far => Finding::ok(NAME, detail),
        Ending::Nears | Ending::Close => Finding::warning(NAME, Code::HostCertificateEndsSoon, detail),
    }
}

fn not_renewed(failure: &LastFailure) -> Finding {
    let LastFailure { code, message, at, failures, .. } = failure;
    let at = Timestamp::from_unix(*at);
    let detail =
        format!("{message}; last at {at}, {} [{code}]", leasehold_core::count(*failures, "time", "times in a row"));
    let finding = Finding::warning("renewal", Code::NotRenewed, detail);
    match code.parse::<Code>() {
        Ok(known) => finding.with_hint(known.hint()),
        Err(_) => finding,
    }
}

const NAME: &str = "authority";
