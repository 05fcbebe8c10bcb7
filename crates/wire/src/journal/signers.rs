//! The hosts whose seals a part has, and what their vendor has certified of them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use leasehold_core::{KeyId, PublicKey, Span, Timestamp};
use sha2::{Digest, Sha256};

use super::flaw::Wrong;
use crate::document::{Authority, HostCertificate};
use crate::envelope::{Envelope, with_chain};
use crate::reason::{Malformed, Reason};
use crate::seal::Hash;
use crate::signature::Point;
use crate::trust::{Role, Verifiable, verify, verify_below_root};

/// The hosts of a part, in the order in which certificates have introduced them.
#[derive(Debug, Default)]
pub(super) struct Signers {
    order: Vec<KeyId>,
    by_name: BTreeMap<KeyId, Signer>,
    given: BTreeSet<Hash>,
}

#[derive(Debug)]
pub(super) struct Signer {
    pub(super) key: Point,
    certificates: Vec<Certified>,
}

/// A host certificate, with the time in which all above it holds as well.
#[derive(Debug)]
struct Certified {
    certificate: HostCertificate,
    begins: Timestamp,
    ends: Timestamp,
}

impl Signers {
    /// Takes a certificate; the name of the root key above it.
    pub(super) fn take(&mut self, host: &[u8], authority: &[u8], root: Option<&PublicKey>) -> Result<KeyId, Wrong> {
        if self.given.len() >= MAX_CERTIFICATES {
            return Err(Malformed("more certificates than a part of a journal has").into());
        }
        let digest = Sha256::new().chain_update((host.len() as u64).to_be_bytes()).chain_update(host);
        if !self.given.insert(digest.chain_update(authority).finalize().into()) {
            return Err(Wrong::CertificateTwice);
        }
        let certificate = Wrong::Certificate;
        let presented = alone(host).and_then(|()| alone(authority)).and_then(|()| with_chain(host, &[authority]))?;
        let document: HostCertificate = Envelope::parse(&presented)?.document()?;
        let above: Authority = Envelope::parse(authority)?.document()?;
        // Of its own time: an ended certificate still tells what it granted.
        let named = match root {
            Some(root) => verify::<HostCertificate>(&presented, root, document.issued, None).map(|_| root.id()),
            None => verify_below_root::<HostCertificate>(&presented, document.issued, None)
                .and_then(|root| root.ok_or(Reason::UnknownSigner)),
        };
        let named = named.map_err(certificate)?;
        self.add(document, &above)?;
        Ok(named)
    }

    /// Takes the name of a host from a certificate that was verified before.
    pub(super) fn name(&mut self, host: &[u8]) -> Result<(), Malformed> {
        let certificate: HostCertificate = Envelope::parse(host)?.document()?;
        let host = certificate.key.id();
        if !self.order.contains(&host) {
            self.order.push(host);
        }
        Ok(())
    }

    fn add(&mut self, certificate: HostCertificate, above: &Authority) -> Result<(), Wrong> {
        let host = certificate.key.id();
        if !self.by_name.contains_key(&host) {
            let key = Point::new(&certificate.key).ok_or(Wrong::Certificate(Reason::BadSignature))?;
            self.order.push(host);
            self.by_name.insert(host, Signer { key, certificates: Vec::new() });
        }
        let begins = certificate.issued.max(above.not_before);
        let ends = certificate.expires.min(above.expires);
        if let Some(signer) = self.by_name.get_mut(&host) {
            signer.certificates.push(Certified { certificate, begins, ends });
        }
        Ok(())
    }

    /// The name of the host of this number.
    pub(super) fn named(&self, number: u64) -> Option<KeyId> {
        usize::try_from(number).ok().and_then(|number| self.order.get(number)).copied()
    }

    pub(super) fn get(&self, host: KeyId) -> Option<&Signer> {
        self.by_name.get(&host)
    }
}

impl Signer {
    /// Whether one of the certificates that held at `at` lets the host sign `document`.
    pub(super) fn may_give<D: Verifiable>(&self, document: &D, at: Timestamp) -> Result<(), Reason> {
        let mut reason = Reason::NotAuthorised("no certificate in this part held at that time");
        // The newest first: it is the one by far the most of them are given under.
        for certified in self.certificates.iter().rev() {
            if certified.begins <= at.plus(Span::CLOCK_TOLERANCE) && at < certified.ends {
                match document.check(Role::Host(&certified.certificate)) {
                    Ok(()) => return Ok(()),
                    Err(other) => reason = other,
                }
            }
        }
        Err(reason)
    }
}

/// Certificates stand without a chain, so that each has one form.
fn alone(bytes: &[u8]) -> Result<(), Malformed> {
    if Envelope::parse(bytes)?.chain.is_empty() { Ok(()) } else { Err(Malformed("a certificate with a chain")) }
}

/// Certificates of one part: a host is renewed monthly.
const MAX_CERTIFICATES: usize = 4_096;
