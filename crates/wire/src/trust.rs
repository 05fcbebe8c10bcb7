//! Whether a document can be believed: its chain up to a root key, and the reasons of DESIGN section 2 in their order.

use alloc::vec::Vec;

use leasehold_core::{Cti, KeyId, PublicKey, Span, Timestamp};

use crate::document::{
    ActivationObject, Authority, Confirmation, DirectoryRequest, Document, HostCertificate, HostRequest,
    MachineRequest, Manifest, Release, Request, Revocations, Typ,
};
use crate::envelope::{Envelope, Head};
use crate::reason::{Malformed, Reason};
use crate::request::Unverified;
use crate::seal::{Hash, Seal};
use crate::signature;

/// A document that has been verified, and by whom it was signed.
#[derive(Clone, Debug)]
pub struct Opened<D> {
    /// The document.
    pub document: D,
    /// Who signed it.
    pub signer: KeyId,
    /// The certificate of the host that signed it, where one did.
    pub host: Option<HostCertificate>,
    /// The seal over a lease or refusal that a host signed.
    pub seal: Option<SealedBy>,
}

/// Which seal of a host's chain covers a lease or refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedBy {
    /// The number of the seal.
    pub number: u64,
    /// The seal before it.
    pub previous: Hash,
    /// The seal.
    pub seal: Hash,
}

impl<D> Opened<D> {
    /// The same, its document seen otherwise.
    pub fn map<T>(self, see: impl FnOnce(D) -> T) -> Opened<T> {
        Opened { document: see(self.document), signer: self.signer, host: self.host, seal: self.seal }
    }
}

/// Verifies `bytes` as a `D`, against `root`, at the time `at`, with a revocation list that has itself been verified.
///
/// # Errors
/// The first [`Reason`] that applies.
pub fn verify<D: Verifiable>(
    bytes: &[u8],
    root: &PublicKey,
    at: Timestamp,
    revocations: Option<&Revocations>,
) -> Result<Opened<D>, Reason> {
    let envelope = Envelope::parse(bytes)?;
    if envelope.typ.is_self_signed() {
        let unverified = Unverified::<D>::of(&envelope)?;
        let signer = unverified.signer();
        let document = unverified.verify()?;
        hold(&document.head(), &Chain::EMPTY, at, revocations)?;
        return Ok(Opened { document, signer, host: None, seal: None });
    }
    let document: D = envelope.document()?;
    let chain = Chain::parse(&envelope)?;
    sealed_as_its_typ_must_be(&envelope)?;
    chain.reaches(envelope.kid, root)?;
    chain.sealed_as_its_signer_must(&envelope)?;
    chain.signatures_hold(&envelope, Some(root))?;
    chain.may_sign(&document)?;
    hold(&document.head(), &chain, at, revocations)?;
    let covers =
        |seal: &Seal| SealedBy { number: seal.number, previous: seal.previous, seal: seal.hash(envelope.payload) };
    let seal = envelope.seal.as_ref().map(covers);
    Ok(Opened { document, signer: envelope.kid, host: chain.into_host(), seal })
}

/// Verifies `bytes` as a `D` as far as that goes without the root key: all but the signature of the uppermost certificate. Returns
/// the name of the root key that must have made it, for people to compare; `None` where the document signs itself.
///
/// # Errors
/// The first [`Reason`] that applies; [`Reason::UnknownSigner`] where no certificate introduces the signer.
pub fn verify_below_root<D: Verifiable>(
    bytes: &[u8],
    at: Timestamp,
    revocations: Option<&Revocations>,
) -> Result<Option<KeyId>, Reason> {
    let envelope = Envelope::parse(bytes)?;
    if envelope.typ.is_self_signed() {
        // No root is asked: any will do.
        return verify::<D>(bytes, &PublicKey([0; 32]), at, revocations).map(|_| None);
    }
    let document: D = envelope.document()?;
    let chain = Chain::parse(&envelope)?;
    sealed_as_its_typ_must_be(&envelope)?;
    let root = chain.top(envelope.kid)?;
    chain.sealed_as_its_signer_must(&envelope)?;
    chain.signatures_hold(&envelope, None)?;
    chain.may_sign(&document)?;
    hold(&document.head(), &chain, at, revocations)?;
    if chain.links.is_empty() && envelope.typ != Typ::Authority { Err(Reason::UnknownSigner) } else { Ok(Some(root)) }
}

/// Verifies an authority's document as far as that goes without the root key: signed by the authority whose certificate
/// it brings, at the time `at`. That the root certified that authority is left to those who have the root key: the
/// clients.
///
/// # Errors
/// The first [`Reason`] that applies.
pub fn verify_presented<D: Verifiable>(bytes: &[u8], at: Timestamp) -> Result<Opened<D>, Reason> {
    let envelope = Envelope::parse(bytes)?;
    let document: D = envelope.document()?;
    let chain = Chain::parse(&envelope)?;
    let Some(above) = chain.links.first() else { return Err(Reason::UnknownSigner) };
    if above.certificate.key().id() != envelope.kid {
        return Err(Reason::UnknownSigner);
    }
    sealed_as_its_typ_must_be(&envelope)?;
    chain.sealed_as_its_signer_must(&envelope)?;
    if !signature::strictly(above.certificate.key(), &envelope.signed_message(), &envelope.signature) {
        return Err(Reason::BadSignature);
    }
    document.check(chain.role())?;
    chain.were_valid_at(document.head().issued, 0)?;
    hold(&document.head(), &chain, at, None)?;
    Ok(Opened { document, signer: envelope.kid, host: None, seal: None })
}

/// A document together with the rule of who may sign what it says.
pub trait Verifiable: Document {
    /// Whether a signer of `role` may have signed this.
    ///
    /// # Errors
    /// `not-authorised` with what is wrong.
    fn check(&self, role: Role<'_>) -> Result<(), Reason>;
}

/// What a chain makes its nearest signer.
#[derive(Clone, Copy, Debug)]
pub enum Role<'c> {
    /// The vendor's root.
    Root,
    /// A certified authority.
    Authority,
    /// A certified host.
    Host(&'c HostCertificate),
}

/// Certificates, nearest signer first.
struct Chain<'b> {
    links: Vec<Link<'b>>,
}

struct Link<'b> {
    envelope: Envelope<'b>,
    certificate: Certificate,
}

enum Certificate {
    Authority(Authority),
    Host(HostCertificate),
}

impl Certificate {
    fn key(&self) -> &PublicKey {
        match self {
            Self::Authority(authority) => &authority.key,
            Self::Host(host) => &host.key,
        }
    }

    /// The name of the certificate; an authority's has none.
    fn cti(&self) -> Option<Cti> {
        match self {
            Self::Authority(_) => None,
            Self::Host(host) => Some(host.cti),
        }
    }

    fn valid_at(&self, time: Timestamp) -> bool {
        let (begins, ends) = match self {
            Self::Authority(authority) => (authority.not_before, authority.expires),
            Self::Host(host) => (host.issued, host.expires),
        };
        begins <= time.plus(Span::CLOCK_TOLERANCE) && time < ends
    }

    fn role(&self) -> Role<'_> {
        match self {
            Self::Authority(_) => Role::Authority,
            Self::Host(host) => Role::Host(host),
        }
    }
}

impl<'b> Chain<'b> {
    const EMPTY: Self = Self { links: Vec::new() };

    fn parse(envelope: &Envelope<'b>) -> Result<Self, Reason> {
        let links = envelope.chain.iter().map(|bytes| {
            let envelope = Envelope::parse(bytes)?;
            if !envelope.chain.is_empty() || envelope.seal.is_some() {
                return Err(Malformed("a certificate in a chain with a chain or seal of its own").into());
            }
            let certificate = match envelope.typ {
                Typ::Authority => Certificate::Authority(envelope.document()?),
                Typ::Host => Certificate::Host(envelope.document()?),
                _ => return Err(Reason::UnknownSigner),
            };
            Ok(Link { envelope, certificate })
        });
        Ok(Self { links: links.collect::<Result<_, Reason>>()? })
    }

    /// Each certificate introduces the signer below it; the last is signed by the root.
    fn reaches(&self, signer: KeyId, root: &PublicKey) -> Result<(), Reason> {
        if self.top(signer)? == root.id() { Ok(()) } else { Err(Reason::UnknownSigner) }
    }

    /// Who has signed the uppermost certificate, each of which introduces the signer below it.
    fn top(&self, signer: KeyId) -> Result<KeyId, Reason> {
        let mut signer = signer;
        for link in &self.links {
            if link.certificate.key().id() != signer {
                return Err(Reason::UnknownSigner);
            }
            signer = link.envelope.kid;
        }
        Ok(signer)
    }

    /// A lease is sealed exactly when a host signed it.
    fn sealed_as_its_signer_must(&self, envelope: &Envelope<'_>) -> Result<(), Reason> {
        match (&envelope.seal, self.role()) {
            (None, Role::Host(_)) if envelope.typ == Typ::Lease => {
                Err(Malformed("a host's lease without a seal").into())
            }
            (Some(_), Role::Authority | Role::Root) if envelope.typ == Typ::Lease => {
                Err(Malformed("a seal on a lease that no host signed").into())
            }
            _ => Ok(()),
        }
    }

    /// Those of the document and of all certificates; the uppermost is left out where there is no `root` to check it.
    fn signatures_hold(&self, envelope: &Envelope<'_>, root: Option<&PublicKey>) -> Result<(), Reason> {
        let keys = self.links.iter().map(|link| link.certificate.key()).chain(root);
        let signed = [envelope].into_iter().chain(self.links.iter().map(|link| &link.envelope));
        let hold = keys.zip(signed).all(|(key, envelope)| {
            let message = match &envelope.seal {
                Some(seal) => seal.message(envelope.typ, envelope.payload),
                None => envelope.signed_message(),
            };
            signature::strictly(key, &message, &envelope.signature)
        });
        if hold { Ok(()) } else { Err(Reason::BadSignature) }
    }

    /// Each signer's role issues what it has signed, and every certificate above was valid when it did.
    fn may_sign<D: Verifiable>(&self, document: &D) -> Result<(), Reason> {
        document.check(self.role())?;
        self.were_valid_at(document.head().issued, 0)?;
        for (at, link) in self.links.iter().enumerate() {
            let above = self.role_above(at + 1);
            match &link.certificate {
                Certificate::Authority(authority) => authority.check(above)?,
                Certificate::Host(host) => {
                    host.check(above)?;
                    self.were_valid_at(Some(host.issued), at + 1)?;
                }
            }
        }
        Ok(())
    }

    fn were_valid_at(&self, issued: Option<Timestamp>, from: usize) -> Result<(), Reason> {
        let valid = |time| self.links[from..].iter().all(|link| link.certificate.valid_at(time));
        match issued {
            Some(time) if !valid(time) => {
                Err(Reason::NotAuthorised("a certificate above was not valid when the document was made"))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn role(&self) -> Role<'_> {
        self.role_above(0)
    }

    fn role_above(&self, at: usize) -> Role<'_> {
        self.links.get(at).map_or(Role::Root, |link| link.certificate.role())
    }

    fn into_host(self) -> Option<HostCertificate> {
        match self.links.into_iter().next()?.certificate {
            Certificate::Host(host) => Some(host),
            Certificate::Authority(_) => None,
        }
    }
}

/// A refusal is always sealed, a lease sometimes, nothing else ever.
fn sealed_as_its_typ_must_be(envelope: &Envelope<'_>) -> Result<(), Reason> {
    match (envelope.typ, &envelope.seal) {
        (Typ::Refusal, None) => Err(Malformed("a refusal without a seal").into()),
        (Typ::Refusal | Typ::Lease, _) | (_, None) => Ok(()),
        (_, Some(_)) => Err(Malformed("a seal on what is neither lease nor refusal").into()),
    }
}

/// Neither revoked nor outside its time.
fn hold(head: &Head, chain: &Chain<'_>, at: Timestamp, revocations: Option<&Revocations>) -> Result<(), Reason> {
    let above = || chain.links.iter().map(|link| &link.certificate);
    let subject = head.confirmation.map(|confirmation| match confirmation {
        Confirmation::Key(key) => key.id(),
        Confirmation::Known(id) => id,
    });
    let revoked = revocations.is_some_and(|list| {
        above().map(|certificate| certificate.key().id()).chain(subject).any(|key| list.revokes_key(key))
            || above().filter_map(Certificate::cti).chain(head.cti).any(|cti| list.revokes_document(cti))
    });
    let latest_begin = at.plus(Span::CLOCK_TOLERANCE);
    if revoked {
        Err(Reason::Revoked)
    } else if head.issued.into_iter().chain(head.not_before).any(|begin| begin > latest_begin) {
        Err(Reason::NotYetValid)
    } else if head.expires.is_some_and(|end| at >= end) {
        Err(Reason::Expired)
    } else {
        Ok(())
    }
}

pub(crate) const WRONG_ROLE: Reason = Reason::NotAuthorised("the signer's role does not issue such documents");

macro_rules! issued_by {
    ($role:pat => $($document:ty),*) => {$(
        impl Verifiable for $document {
            fn check(&self, role: Role<'_>) -> Result<(), Reason> {
                if matches!(role, $role) { Ok(()) } else { Err(WRONG_ROLE) }
            }
        }
    )*};
}
issued_by!(Role::Root => Authority);
issued_by!(Role::Authority => Manifest, HostCertificate, ActivationObject, Revocations);
// Their own key signs them, whatever its role: they never come with a chain.
issued_by!(_ => HostRequest, Request, Release, MachineRequest, DirectoryRequest);
