//! The host's folder, its certificate, and the clock that both are read by.

use leasehold_core::standing::Revocation;
use leasehold_core::{Code, Finding, KeyId, Span, Timestamp};

use super::{DoctorInput, OpenStore};
use crate::renewing::{Ending, ending};
use crate::{Error, Identity};

pub(super) fn checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    let identity = match input.home.identity() {
        Ok(Some(identity)) => identity,
        Ok(None) => {
            let detail = format!("{}: a request was made, no certificate is installed", input.home.folder().display());
            let hint = "`leasehold host activate --authority URL`; or send request.lh to the vendor, and `leasehold host install FILE` takes the answer";
            return vec![Finding::failure(NAME, Code::HostNotActivated, detail).with_hint(hint)];
        }
        Err(error @ Error::NoRequest(_)) => {
            let hint =
                "make one with `leasehold host request --key-file FILE`, or name the host's folder with `--data`";
            let folder = input.home.folder();
            let missing = (!folder.exists()).then(|| format!("{}: there is no such folder", folder.display()));
            let detail = missing.unwrap_or_else(|| error.to_string());
            return vec![Finding::failure(NAME, Code::NotInitialised, detail).with_hint(hint)];
        }
        Err(error) => return vec![Finding::failure(NAME, error.code(), error.to_string())],
    };
    let clock = clock(identity.certificate().issued, newest_seal(input, identity.id()), input.now);
    vec![certificate(&identity, input.now), clock]
}

fn certificate(identity: &Identity, now: Timestamp) -> Finding {
    let certificate = identity.certificate();
    let end = certificate.expires;
    let (vendor, host) = (&certificate.vendor, identity.id());
    if now >= end {
        let detail = format!("that of host {host} by {vendor} ended at {end}");
        return Finding::failure(NAME, Code::HostCertificateEnded, detail)
            .with_hint("renew it: `leasehold host renew`; or `leasehold host request`, then `leasehold host install`");
    }
    if identity.grants_at(now).is_none() {
        let detail = format!("that of host {host} by {vendor} begins at {}", certificate.issued);
        return Finding::failure(NAME, Code::NotYetValid, detail);
    }
    if identity.own_revocation() == Revocation::Revoked {
        let detail = format!("the list in hand names host {host}, its certificate or its authority");
        return Finding::failure(NAME, Code::Revoked, detail)
            .with_hint("ask the vendor; if only their authority was replaced, `leasehold host renew` is enough");
    }
    let days = end.since(now).as_seconds() / Span::DAY.as_seconds();
    let detail = format!("host {host}, by {vendor}, until {end} ({})", leasehold_core::count(days, "day", "days"));
    match ending(certificate.issued, end, now) {
        Ending::Far => Finding::ok(NAME, detail),
        Ending::Nears | Ending::Close => Finding::warning(NAME, Code::HostCertificateEndsSoon, detail),
    }
}

/// When the host last sealed a batch, as its store has it.
fn newest_seal(input: &DoctorInput<'_>, host: KeyId) -> Option<Timestamp> {
    let OpenStore::Open(mut store) = input.open() else { return None };
    store.seals(host, 1).ok()?.first().map(|seal| seal.at)
}

/// The clock must not be behind what was signed or decided already.
fn clock(issued: Timestamp, newest_seal: Option<Timestamp>, now: Timestamp) -> Finding {
    let latest = now.plus(Span::CLOCK_TOLERANCE);
    let behind = |what: &str, at: Timestamp| {
        Finding::failure("clock", Code::HostClockBehind, format!("it says {now}, and {what} at {at}"))
    };
    match newest_seal {
        Some(seal) if seal > latest => behind("the newest seal was made", seal),
        _ if issued > latest => behind("the certificate was issued", issued),
        Some(_) | None => Finding::ok("clock", format!("{now}, after all that this host has seen")),
    }
}

const NAME: &str = "certificate";

#[cfg(test)]
mod tests {
    use leasehold_testkit::vendor::{BEGIN, Vendor};
    use leasehold_wire::Keypair;

    use super::*;

    #[test]
    fn a_certificate_is_told_of_two_months_before_it_ends_and_fails_at_its_end() {
        let host = Vendor::from_seed(1).host(2, vec![Vendor::grant()]);
        let pair = Keypair::from_pem(&host.pair().to_pem()).unwrap();
        let identity = Identity::new(pair, host.certificate()).unwrap();
        let end = identity.certificate().expires;
        let code = |now| certificate(&identity, now).code;
        assert_eq!(code(BEGIN.minus(Span::days(1))), Some(Code::NotYetValid));
        let soon = end.minus(Span::days(60));
        assert_eq!((code(BEGIN), code(soon)), (None, None));
        assert_eq!(code(soon.plus(Span::seconds(1))), Some(Code::HostCertificateEndsSoon));
        assert_eq!(code(end), Some(Code::HostCertificateEnded));
    }

    #[test]
    fn a_clock_behind_what_was_sealed_is_found() {
        let hours = |n: u64| BEGIN.plus(Span::seconds(n * 3_600));
        assert_eq!(clock(BEGIN, Some(hours(4)), BEGIN).code, None, "as far as clocks may be apart");
        assert_eq!(clock(BEGIN, Some(hours(5)), BEGIN).code, Some(Code::HostClockBehind));
        assert_eq!(clock(hours(5), None, BEGIN).code, Some(Code::HostClockBehind));
    }
}
