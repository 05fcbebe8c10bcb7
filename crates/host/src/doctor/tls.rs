//! The certificate that the host shows by TLS: until when, for which name, with which chain.

use leasehold_core::Finding;
use leasehold_service::SiteCertificate;

use super::DoctorInput;

pub(super) fn checks(input: &DoctorInput<'_>) -> Vec<Finding> {
    let Some(certificate) = &input.tls_certificate else { return Vec::new() };
    let name = input.dns.own.as_ref().ok().map(|own| own.target.as_str());
    match SiteCertificate::read(certificate) {
        Ok(certificate) => certificate.findings(name, input.now),
        Err(error) => vec![Finding::failure("TLS certificate", error.code(), error.to_string())],
    }
}
