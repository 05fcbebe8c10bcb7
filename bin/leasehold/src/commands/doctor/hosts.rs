//! The hosts: what each answers, and whether it is the vendor's and would serve this client.

use std::io::ErrorKind;

use leasehold_client::{Client, Failure, Hidden, Route, Shown};
use leasehold_core::{Grant, Span, Timestamp};
use leasehold_wire::{Envelope, HostCertificate, Manifest, Reason, verify};

use super::finding::Finding;
use crate::output::time;

/// A host, and what it has shown.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) route: Route,
    pub(super) shown: Shown,
}

impl Seen {
    pub(super) fn look(client: &Client, route: Route) -> Self {
        let shown = client.examine(&route);
        Self { route, shown }
    }

    /// The time that it tells.
    fn time(&self) -> Option<Timestamp> {
        let date = jiff::fmt::rfc2822::parse(self.shown.date.as_deref()?).ok()?;
        u64::try_from(date.timestamp().as_second()).ok().map(Timestamp::from_unix)
    }

    /// Its certificate where it is the vendor's, valid now or not.
    fn certificate(&self, manifest: &Manifest) -> Result<HostCertificate, Reason> {
        let Ok(bytes) = &self.shown.certificate else { return Err(Reason::UnknownSigner) };
        let said: HostCertificate = Envelope::parse(bytes)?.document()?;
        verify::<HostCertificate>(bytes, &manifest.root, said.issued, None).map(|opened| opened.document)
    }
}

/// The times that the vendor's hosts tell.
pub(super) fn times(seen: &[Seen], manifest: &Manifest) -> Vec<Timestamp> {
    seen.iter().filter(|seen| seen.certificate(manifest).is_ok()).filter_map(Seen::time).collect()
}

/// The grant that a host has for the product, where it is the vendor's and would serve.
pub(super) fn grant(seen: &Seen, manifest: &Manifest, now: Timestamp) -> Option<Grant> {
    let certificate = seen.certificate(manifest).ok()?;
    granted(&certificate, manifest, seen.time().unwrap_or(now)).ok().cloned()
}

/// What is to be said of one host.
pub(super) fn judge(seen: &Seen, manifest: &Manifest, now: Timestamp) -> Finding {
    let name = format!("host {}", seen.route);
    let bytes = match &seen.shown.certificate {
        Ok(_) => seen.certificate(manifest),
        Err(Hidden::Refused(refused)) => return Finding::failure(name, &refused.code, refused.to_string()),
        Err(Hidden::Failure(failure)) => return silent(name, failure),
    };
    let certificate = match bytes {
        Ok(certificate) => certificate,
        Err(Reason::UnknownSigner | Reason::BadSignature | Reason::Malformed(_) | Reason::NotAuthorised(_)) => {
            let code = if seen.route.found.is_found() { "rogue-record" } else { "foreign-manifest" };
            return Finding::failure(name, code, "it is not a host of this manifest's vendor");
        }
        Err(reason) => return Finding::failure(name, reason.code(), format!("its certificate: {reason}")),
    };
    // By its own clock: that this machine's may be wrong is said elsewhere.
    let now = seen.time().unwrap_or(now);
    match granted(&certificate, manifest, now) {
        Err((code, detail)) => Finding::failure(name, code, detail),
        Ok(_) if certificate.expires <= now.plus(SOON) => {
            let until = format!("it answers, and its certificate ends at {}", time(certificate.expires));
            Finding::warning(name, "host-certificate-ends-soon", until)
        }
        Ok(grant) => {
            let threshold = grant.policy.threshold;
            let product = &manifest.product;
            let until = time(certificate.expires);
            Finding::ok(name, format!("it grants {product} from {threshold} machines on, until {until}"))
        }
    }
}

fn granted<'c>(
    certificate: &'c HostCertificate,
    manifest: &Manifest,
    now: Timestamp,
) -> Result<&'c Grant, (&'static str, String)> {
    let (product, number) = (&manifest.product, manifest.number);
    if certificate.expires <= now {
        return Err(("host-certificate-ended", format!("its certificate ended at {}", time(certificate.expires))));
    }
    let numbers = certificate.grants.iter().filter_map(|grant| Some((grant, grant.number_of(product)?)));
    match numbers.max_by_key(|(_, granted)| *granted == number) {
        None => Err(("product-not-granted", format!("it has no grant for {product}"))),
        Some((_, granted)) if granted != number => {
            let differ =
                format!("{product} is number {} there, and {} in the manifest", granted.value(), number.value());
            Err(("key-mismatch", differ))
        }
        Some((grant, _)) => match grant.policy.end.filter(|end| *end <= now) {
            Some(end) => Err(("grant-ended", format!("its grant for {product} ended at {}", time(end)))),
            None => Ok(grant),
        },
    }
}

/// Why a host does not answer, as finely as the network tells: each has another remedy.
fn silent(name: String, failure: &Failure) -> Finding {
    let code = match failure {
        Failure::Unreachable(error) => match error.kind() {
            ErrorKind::ConnectionRefused => "connection-refused",
            ErrorKind::TimedOut => "connection-timeout",
            _ => "host-unreachable",
        },
        other => other.code(),
    };
    Finding::failure(name, code, failure.to_string())
}

/// When a certificate that ends is worth a word.
const SOON: Span = Span::days(30);
