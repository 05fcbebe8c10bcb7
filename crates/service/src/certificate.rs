//! The certificate that a server shows by TLS, read as its administrator would: until when, for which names, with which chain.

use std::path::{Path, PathBuf};

use leasehold_core::{Code, Finding, Span, Timestamp};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::ring;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::name::Name;

use crate::Error;
use crate::pem::read_certificates;

/// A certificate with its chain, as a file has it.
#[derive(Clone, Debug)]
pub struct SiteCertificate {
    path: PathBuf,
    encoded: Vec<CertificateDer<'static>>,
    chain: Vec<Certificate>,
}

/// How far the end of a certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CertificateEnd {
    /// More than 30 days.
    Far,
    /// 30 days or less.
    Month,
    /// 14 days or less.
    Weeks,
    /// 3 days or less.
    Days,
    /// It has passed.
    Past,
}

impl SiteCertificate {
    /// Reads the certificate with its chain, nearest first (PEM).
    ///
    /// # Errors
    /// The file cannot be read, or holds no certificate that can be; the error names it.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let encoded = read_certificates(path)?;
        let chain = encoded.iter().map(|der| Certificate::from_der(der)).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|_| Error::Certificate {
            path: path.to_owned(),
            source: rustls::Error::InvalidCertificate(CertificateError::BadEncoding),
        })?;
        Ok(Self { path: path.to_owned(), encoded, chain })
    }

    /// When the first certificate of the chain ends; a root that stands there too does not count.
    pub fn ends(&self) -> Timestamp {
        let ends = self.links().map(|one| one.tbs_certificate.validity.not_after.to_unix_duration().as_secs());
        Timestamp::from_unix(ends.min().unwrap_or_default())
    }

    /// How far the end is at `now`.
    pub fn end(&self, now: Timestamp) -> CertificateEnd {
        end(self.ends(), now)
    }

    /// What clients would say of it at `now`, where they know the server as `name`.
    pub fn findings(&self, name: Option<&str>, now: Timestamp) -> Vec<Finding> {
        let mut findings = vec![self.validity(now), self.chain(now)];
        findings.extend(name.map(|name| self.name(name)));
        findings
    }

    fn validity(&self, now: Timestamp) -> Finding {
        const NAME: &str = "TLS certificate";
        let (file, ends) = (self.path.display(), self.ends());
        let begins = self.links().map(|one| one.tbs_certificate.validity.not_before.to_unix_duration().as_secs());
        let begins = Timestamp::from_unix(begins.max().unwrap_or_default());
        if now < begins {
            return Finding::failure(NAME, Code::TlsCertificateNotYetValid, format!("{file}: it begins at {begins}"));
        }
        let days = ends.since(now).as_seconds() / Span::DAY.as_seconds();
        let detail = format!("{file}: until {ends} ({})", leasehold_core::count(days, "day", "days"));
        match self.end(now) {
            CertificateEnd::Past => {
                Finding::failure(NAME, Code::TlsCertificateEnded, format!("{file}: it ended at {ends}"))
            }
            CertificateEnd::Month | CertificateEnd::Weeks | CertificateEnd::Days => {
                Finding::warning(NAME, Code::TlsCertificateEndsSoon, detail)
            }
            CertificateEnd::Far => Finding::ok(NAME, detail),
        }
    }

    /// Whether a client that trusts what this machine does can verify it, or one that is told of the root in the file.
    fn chain(&self, now: Timestamp) -> Finding {
        const NAME: &str = "TLS chain";
        let file = self.path.display();
        if self.chain[0].tbs_certificate.get::<BasicConstraints>().is_ok_and(|found| found.is_some_and(|(_, of)| of.ca))
        {
            let detail = format!("{file}: its first certificate is a certificate authority's own");
            return Finding::warning(NAME, Code::TlsCertificateUnsuitable, detail);
        }
        let last = self.chain.last().unwrap_or(&self.chain[0]);
        let (subject, issuer) = (shown(&last.tbs_certificate.subject), shown(&last.tbs_certificate.issuer));
        // Of dates another finding tells.
        let at = now.unix().min(self.ends().unix().saturating_sub(1));
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        match self.verify(&roots, at) {
            Ok(()) => return Finding::ok(NAME, format!("{file}: it leads to an authority that this machine trusts")),
            Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {}
            Err(error) => return Finding::warning(NAME, Code::TlsCertificateUnsuitable, format!("{file}: {error}")),
        }
        let own = self.encoded.iter().zip(&self.chain).filter(|(_, one)| is_root(one)).map(|(der, _)| der.clone());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(own);
        if !roots.is_empty() && self.verify(&roots, at).is_ok() {
            let detail =
                format!("{file}: it leads to {subject}, which machines must be told to trust (LEASEHOLD_CA_FILE)");
            return Finding::ok(NAME, detail);
        }
        let detail = format!("{file}: it ends with {subject}; the certificate of its issuer, {issuer}, is missing");
        Finding::warning(NAME, Code::TlsChainIncomplete, detail)
    }

    fn verify(&self, roots: &RootCertStore, at: u64) -> Result<(), rustls::Error> {
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(at));
        let algorithms = ring::default_provider().signature_verification_algorithms.all;
        let first = ParsedCertificate::try_from(&self.encoded[0])?;
        verify_server_cert_signed_by_trust_anchor(&first, roots, &self.encoded[1..], at, algorithms)
    }

    fn name(&self, name: &str) -> Finding {
        const NAME: &str = "TLS name";
        let file = self.path.display();
        let verified = ServerName::try_from(name).map_err(|_| None).and_then(|server| {
            let first = ParsedCertificate::try_from(&self.encoded[0]).map_err(Some)?;
            verify_server_name(&first, &server).map_err(Some)
        });
        let detail = match verified {
            Ok(()) => return Finding::ok(NAME, format!("{file}: it is for {name}")),
            Err(Some(rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext {
                presented,
                ..
            }))) if !presented.is_empty() => {
                let names: Vec<&str> = presented.iter().map(|name| bare(name)).collect();
                format!("{file}: it is for {}, and machines know this host as {name}", names.join(", "))
            }
            Err(_) => format!("{file}: it is not for {name}, as which machines know this host"),
        };
        Finding::warning(NAME, Code::TlsCertificateOtherName, detail)
    }

    /// The chain without a root.
    fn links(&self) -> impl Iterator<Item = &Certificate> {
        let first = std::iter::once(&self.chain[0]);
        first.chain(self.chain[1..].iter().filter(|one| !is_root(one)))
    }
}

/// How far `ends` is at `now`.
pub(crate) fn end(ends: Timestamp, now: Timestamp) -> CertificateEnd {
    let left = ends.since(now);
    if now >= ends {
        CertificateEnd::Past
    } else if left <= Span::days(3) {
        CertificateEnd::Days
    } else if left <= Span::days(14) {
        CertificateEnd::Weeks
    } else if left <= Span::days(30) {
        CertificateEnd::Month
    } else {
        CertificateEnd::Far
    }
}

fn is_root(certificate: &Certificate) -> bool {
    certificate.tbs_certificate.subject == certificate.tbs_certificate.issuer
}

fn shown(name: &Name) -> String {
    let text = name.to_string();
    if text.is_empty() { "an authority without a name".to_owned() } else { text }
}

/// A name as it stands in the certificate, of `DnsName("host.example")`.
fn bare(presented: &str) -> &str {
    presented.split('"').nth(1).unwrap_or(presented)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
    use tempfile::TempDir;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

    /// PEM of a certificate for `host.example` that ends after `days`, below an intermediate, below a root.
    fn issued(days: u64) -> [String; 3] {
        let params = |name: &str, ca| {
            let mut params = CertificateParams::new(if ca { vec![] } else { vec![name.to_owned()] }).unwrap();
            let (begin, ends) = (date_time_ymd(1970, 1, 1), NOW.plus(Span::days(if ca { 4_000 } else { days })));
            params.distinguished_name.push(DnType::CommonName, name);
            params.not_before = begin + Duration::from_secs(NOW.minus(Span::days(400)).unix());
            params.not_after = begin + Duration::from_secs(ends.unix());
            params.is_ca = if ca { IsCa::Ca(BasicConstraints::Unconstrained) } else { IsCa::NoCa };
            params
        };
        let keys = [(); 3].map(|()| KeyPair::generate().unwrap());
        let [root_key, middle_key, key] = &keys;
        let root = params("Root", true).self_signed(root_key).unwrap();
        let (root_params, middle_params) = (params("Root", true), params("Middle", true));
        let middle =
            params("Middle", true).signed_by(middle_key, &Issuer::from_params(&root_params, root_key)).unwrap();
        let site = params("host.example", false).signed_by(key, &Issuer::from_params(&middle_params, middle_key));
        [site.unwrap().pem(), middle.pem(), root.pem()]
    }

    fn codes(pem: &str, name: &str) -> Vec<Option<Code>> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("site.crt");
        fs::write(&path, pem).unwrap();
        let found = SiteCertificate::read(&path).unwrap().findings(Some(name), NOW);
        found.into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_whole_chain_for_the_right_name_and_long_enough_is_well() {
        assert_eq!(codes(&issued(90).concat(), "host.example"), [None, None, None]);
    }

    #[test]
    fn the_end_is_told_of_a_month_before_it_and_a_past_one_is_a_failure() {
        let code = |days| codes(&issued(days).concat(), "host.example")[0];
        assert_eq!(
            (code(31), code(30), code(1)),
            (None, Some(Code::TlsCertificateEndsSoon), Some(Code::TlsCertificateEndsSoon))
        );
        assert_eq!(code(0), Some(Code::TlsCertificateEnded));
        let at = |days| end(NOW.plus(Span::days(days)), NOW);
        assert_eq!(
            [31, 30, 14, 3, 0].map(at),
            [
                CertificateEnd::Far,
                CertificateEnd::Month,
                CertificateEnd::Weeks,
                CertificateEnd::Days,
                CertificateEnd::Past
            ]
        );
    }

    #[test]
    fn a_missing_link_of_the_chain_is_named_wherever_it_is() {
        let [site, middle, root] = issued(90);
        for pem in [site.clone(), format!("{site}{middle}"), format!("{site}{root}")] {
            assert_eq!(codes(&pem, "host.example")[1], Some(Code::TlsChainIncomplete));
        }
        assert_eq!(codes(&format!("{site}{root}{middle}"), "host.example")[1], None, "in any order");
    }

    #[test]
    fn a_certificate_for_another_name_is_told_so_and_one_of_an_authority_is_none_for_a_site() {
        let [site, middle, root] = issued(90);
        assert_eq!(codes(&site, "lease1.example")[2], Some(Code::TlsCertificateOtherName));
        assert_eq!(codes(&site, "10.0.0.1")[2], Some(Code::TlsCertificateOtherName));
        assert_eq!(codes(&format!("{middle}{root}"), "host.example")[1], Some(Code::TlsCertificateUnsuitable));
    }
}
