//! The host's folder, its certificate, and the clock that both are read by.

use leasehold_core::{Span, Timestamp};
use leasehold_host::{Error, Identity};
use leasehold_store::host::HostStore;

use super::{Check, Patient};
use crate::output;

pub(super) fn checks(patient: &Patient) -> Vec<Check> {
    let home = patient.data.home();
    let identity = match home.identity() {
        Ok(Some(identity)) => identity,
        Ok(None) => {
            let detail = format!("{}: a request was made, no certificate is installed", home.folder().display());
            let next = "send request.lh to the vendor; `leasehold host install FILE` takes the answer";
            return vec![Check::failure(NAME, "host-not-activated", detail).next(next)];
        }
        Err(error @ Error::NoRequest(_)) => {
            let next =
                "make one with `leasehold host request --key-file FILE`, or name the host's folder with `--data`";
            return vec![Check::failure(NAME, "not-initialised", error.to_string()).next(next)];
        }
        Err(error) => return vec![Check::failure(NAME, error.code(), error.to_string())],
    };
    vec![certificate(&identity, patient.now), clock(patient, &identity)]
}

fn certificate(identity: &Identity, now: Timestamp) -> Check {
    let certificate = identity.certificate();
    let end = output::time(certificate.expires);
    let (vendor, host) = (&certificate.vendor, identity.id());
    if now >= certificate.expires {
        return Check::failure(
            NAME,
            "host-certificate-ended",
            format!("that of host {host} by {vendor} ended at {end}"),
        )
        .next("renew it: `leasehold host request`, then `leasehold host install`");
    }
    if identity.grants_at(now).is_none() {
        let begin = output::time(certificate.issued);
        return Check::failure(NAME, "not-yet-valid", format!("that of host {host} by {vendor} begins at {begin}"));
    }
    let left = certificate.expires.since(now);
    let days = left.as_seconds() / Span::DAY.as_seconds();
    let detail = format!("host {host}, by {vendor}, until {end} ({days} days)");
    if left < SOON { Check::warning(NAME, "host-certificate-ends-soon", detail) } else { Check::ok(NAME, detail) }
}

/// The clock must not be behind what was signed or decided already.
fn clock(patient: &Patient, identity: &Identity) -> Check {
    let now = patient.now;
    let newest_seal = patient.data.reader().ok().and_then(|mut store| {
        let seals = store.seals(identity.id(), 1).ok()?;
        seals.first().map(|seal| seal.at)
    });
    let proven = newest_seal.into_iter().fold(identity.certificate().issued, Timestamp::max);
    let shown = output::time(now);
    if proven > now.plus(Span::CLOCK_TOLERANCE) {
        let what = if newest_seal == Some(proven) { "the newest seal was made" } else { "the certificate was issued" };
        let detail = format!("it says {shown}, and {what} at {}", output::time(proven));
        return Check::failure("clock", "host-clock-behind", detail);
    }
    Check::ok("clock", format!("{shown}, after all that this host has seen"))
}

const NAME: &str = "certificate";
const SOON: Span = Span::days(30);
