//! The hosts: what each answers, and whether it is the vendor's and would serve this client.

use std::io::ErrorKind;

use leasehold_core::{Code, Finding, Grant, Span, Timestamp};
use leasehold_wire::{Envelope, HostCertificate, Manifest, Reason, verify};

use crate::doctor::date;
use crate::error::failure::Failure;
use crate::route::Route;
use crate::session::host::probe::{Probe, ProbeError};

/// A host, and what it shows.
#[derive(Debug)]
pub(crate) struct Probed {
    pub(crate) route: Route,
    pub(crate) probe: Probe,
}

impl Probed {
    /// The host's own time.
    fn time(&self) -> Option<Timestamp> {
        date::parse(self.probe.date.as_deref()?)
    }

    /// Its certificate where it is the vendor's, valid now or not.
    fn certificate(&self, manifest: &Manifest) -> Result<HostCertificate, Reason> {
        let Ok(bytes) = &self.probe.certificate else { return Err(Reason::UnknownSigner) };
        let claimed: HostCertificate = Envelope::parse(bytes)?.document()?;
        verify::<HostCertificate>(bytes, &manifest.root, claimed.issued, None).map(|opened| opened.document)
    }
}

/// The times of the vendor's hosts.
pub(crate) fn times(hosts: &[Probed], manifest: &Manifest) -> Vec<Timestamp> {
    hosts.iter().filter(|host| host.certificate(manifest).is_ok()).filter_map(Probed::time).collect()
}

/// The grant that a host has for the product, where it is the vendor's and would serve.
pub(crate) fn grant(host: &Probed, manifest: &Manifest, now: Timestamp) -> Option<Grant> {
    let certificate = host.certificate(manifest).ok()?;
    granted(&certificate, manifest, host.time().unwrap_or(now)).ok().cloned()
}

/// What is wrong with one host, if anything.
pub(crate) fn judge(host: &Probed, manifest: &Manifest, now: Timestamp) -> Finding {
    let name = format!("host {}", host.route);
    let bytes = match &host.probe.certificate {
        Ok(_) => host.certificate(manifest),
        Err(ProbeError::Refused(refused)) => {
            return Finding::failure(name, refused.known().unwrap_or(Code::Refused), refused.to_string());
        }
        Err(ProbeError::Failure(failure)) => return silent(name, failure),
    };
    let certificate = match bytes {
        Ok(certificate) => certificate,
        Err(Reason::UnknownSigner | Reason::BadSignature | Reason::Malformed(_) | Reason::NotAuthorised(_)) => {
            let code = if host.route.source.is_found() { Code::RogueRecord } else { Code::ForeignManifest };
            return Finding::failure(name, code, "it is not a host of this manifest's vendor");
        }
        Err(reason) => return Finding::failure(name, reason.code(), format!("its certificate: {reason}")),
    };
    // By its own clock: that this machine's may be wrong is said elsewhere.
    let now = host.time().unwrap_or(now);
    match granted(&certificate, manifest, now) {
        Err((code, detail)) => Finding::failure(name, code, detail),
        Ok(_) if certificate.expires <= now.plus(SOON) => {
            let until = format!("it answers, and its certificate ends at {}", certificate.expires);
            Finding::warning(name, Code::HostCertificateEndsSoon, until)
        }
        Ok(grant) => {
            let threshold = leasehold_core::count(grant.policy.threshold, "machine", "machines");
            let product = &manifest.product;
            let until = certificate.expires;
            Finding::ok(name, format!("it grants {product} from {threshold} on, until {until}"))
        }
    }
}

fn granted<'c>(
    certificate: &'c HostCertificate,
    manifest: &Manifest,
    now: Timestamp,
) -> Result<&'c Grant, (Code, String)> {
    let (product, number) = (&manifest.product, manifest.number);
    if certificate.expires <= now {
        return Err((Code::HostCertificateEnded, format!("its certificate ended at {}", certificate.expires)));
    }
    let numbers = certificate.grants.iter().filter_map(|grant| Some((grant, grant.number_of(product)?)));
    match numbers.max_by_key(|(_, granted)| *granted == number) {
        None => Err((Code::ProductNotGranted, format!("it has no grant for {product}"))),
        Some((_, granted)) if granted != number => {
            let differ =
                format!("{product} is number {} there, and {} in the manifest", granted.value(), number.value());
            Err((Code::KeyMismatch, differ))
        }
        Some((grant, _)) => match grant.policy.end.filter(|end| *end <= now) {
            Some(end) => Err((Code::GrantEnded, format!("its grant for {product} ended at {end}"))),
            None => Ok(grant),
        },
    }
}

/// Why a host does not answer, as finely as the network tells: each has another remedy.
fn silent(name: String, failure: &Failure) -> Finding {
    let code = match failure {
        Failure::Unreachable(error) => match error.kind() {
            ErrorKind::ConnectionRefused => Code::ConnectionRefused,
            ErrorKind::TimedOut => Code::ConnectionTimeout,
            _ => Code::HostUnreachable,
        },
        other => other.code(),
    };
    Finding::failure(name, code, failure.to_string())
}

/// How long before its end a certificate is worth a warning.
const SOON: Span = Span::days(30);
