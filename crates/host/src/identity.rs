//! Who a host is while it serves: its key pair, its certificate with the chain, the revocations it holds.

use leasehold_core::standing::Revocation;
use leasehold_core::{Grant, KeyId, Timestamp};
use leasehold_wire::signature::Point;
use leasehold_wire::{Envelope, HostCertificate, Keypair, Reason, Revocations, trust};

/// A host's key pair together with what the vendor has certified of it.
#[derive(Debug)]
pub struct Identity {
    keypair: Keypair,
    certificate: HostCertificate,
    authority: KeyId,
    presented: Vec<u8>,
    chain: Vec<Vec<u8>>,
    revocations: Option<(Vec<u8>, Revocations)>,
}

impl Identity {
    /// The identity of the host that has `keypair`, certified by `presented`, a host certificate with its chain.
    ///
    /// # Errors
    /// [`Reason`] where the certificate is none, or not of this key; whether it is valid now is asked later.
    pub fn new(keypair: Keypair, presented: Vec<u8>) -> Result<Self, Reason> {
        let envelope = Envelope::parse(&presented)?;
        let certificate: HostCertificate = envelope.document()?;
        // Of its own time, so that an ended certificate still tells what it granted.
        let authority = trust::verify_presented::<HostCertificate>(&presented, certificate.issued)?.signer;
        if certificate.key != keypair.public() {
            return Err(Reason::UnknownSigner);
        }
        let above = envelope.chain.iter().map(|link| link.to_vec());
        let chain = [leasehold_wire::envelope::with_chain(&presented, &[])?].into_iter().chain(above).collect();
        Ok(Self { keypair, certificate, authority, presented, chain, revocations: None })
    }

    /// This identity, holding a verified revocation list.
    #[must_use]
    pub fn with_revocations(self, presented: Vec<u8>, revocations: Revocations) -> Self {
        Self { revocations: Some((presented, revocations)), ..self }
    }

    /// The host's key pair.
    pub fn keypair(&self) -> &Keypair {
        &self.keypair
    }

    /// Whether the host's key has signed `message`.
    pub fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        Point::new(&self.keypair.public()).is_some_and(|key| key.verify(message, signature))
    }

    /// The name of the host's key.
    pub fn id(&self) -> KeyId {
        self.keypair.id()
    }

    /// The certificate.
    pub fn certificate(&self) -> &HostCertificate {
        &self.certificate
    }

    /// The authority that signed the certificate.
    pub fn authority(&self) -> KeyId {
        self.authority
    }

    /// The number of the newest revocation list held.
    pub fn revocation_number(&self) -> Option<u64> {
        self.revocations.as_ref().map(|(_, list)| list.number)
    }

    /// The newest revocation list held.
    pub fn revocation_list(&self) -> Option<&Revocations> {
        self.revocations.as_ref().map(|(_, list)| list)
    }

    /// The certificate with its chain, as it was installed.
    pub fn presented(&self) -> &[u8] {
        &self.presented
    }

    /// What leases bring along: the host's certificate, then the authority's.
    pub fn chain(&self) -> Vec<&[u8]> {
        self.chain.iter().map(Vec::as_slice).collect()
    }

    /// What may be granted at `now`; `None` where the certificate is not valid.
    pub fn grants_at(&self, now: Timestamp) -> Option<&[Grant]> {
        let begun = self.certificate.issued <= now.plus(leasehold_core::Span::CLOCK_TOLERANCE);
        (begun && now < self.certificate.expires).then_some(&self.certificate.grants)
    }

    /// Whether `client` is revoked, or this host, its certificate or the authority that signed it.
    pub fn revocation_of(&self, client: KeyId) -> Revocation {
        match &self.revocations {
            Some((_, list)) if list.revokes_key(client) => Revocation::Revoked,
            Some(_) | None => self.own_revocation(),
        }
    }

    /// Whether this host, its certificate or the authority that signed it is revoked: it grants nothing then.
    pub fn own_revocation(&self) -> Revocation {
        let revoked = |list: &Revocations| {
            [self.id(), self.authority].into_iter().any(|key| list.revokes_key(key))
                || list.revokes_document(self.certificate.cti)
        };
        match &self.revocations {
            Some((_, list)) if revoked(list) => Revocation::Revoked,
            Some(_) | None => Revocation::Clear,
        }
    }

    /// The newest revocation list held, as it came.
    pub fn revocations(&self) -> Option<&[u8]> {
        self.revocations.as_ref().map(|(presented, _)| presented.as_slice())
    }
}
