//! Requests of hosts and machines, and the answers to them (DESIGN section 7).

use leasehold_core::activation::{Placement, Refusal};
use leasehold_core::{Cti, Fingerprint, Grant, KeyId, KeyKind, ProductId, PublicKey, Text, Timestamp};
use leasehold_store::StoreError;
use leasehold_store::authority::{Activation, IssuedKey, Product, Revoked, Stamp, Transaction};
use leasehold_wire::proof::Proof;
use leasehold_wire::{Envelope, HostCertificate, HostRequest, Lease, MachineRequest, Method, Reason, Typ, request};

use crate::authority::Authority;
use crate::chance::{Rng, draw};
use crate::error::Error;
use crate::grant::{check_size, grant};
use crate::transact;

/// What an authority answers to a request.
#[derive(Clone, Debug)]
pub enum Approval {
    /// A host certificate or a lease.
    Granted(Box<Granted>),
    /// A reasoned no; nothing was recorded.
    Refused(Refusal),
}

/// A request that was granted.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The host certificate or lease, with its chain.
    pub document: Vec<u8>,
    /// Until when it holds; `None` is for ever.
    pub expires: Option<Timestamp>,
    /// Which of the product key's hosts or machines was activated.
    pub placement: Placement,
    /// The host or machine.
    pub subject: KeyId,
    /// What the host is called.
    pub name: Option<Text>,
    /// The product key.
    pub key: IssuedKey,
}

impl Authority {
    /// Answers the request of a host or of a machine with a multiple key.
    ///
    /// The answer is recorded before it is returned. One that is lost is given again to the same key pair, and takes
    /// nothing more of the product key.
    ///
    /// # Errors
    /// [`Error::NotARequest`], [`Error::Request`]; [`Error::Certificate`], [`Error::GrantTooLarge`], [`Error::Store`].
    pub fn approve(&self, request: &[u8], by: Stamp, rng: &mut Rng<'_>) -> Result<Approval, Error> {
        self.holds_at(by.at)?;
        let asking = Asking::read(request)?;
        let cti = Cti(draw(rng));
        transact(&*self.store, "approve a request", |tx| match self.answer(tx, &asking, cti, by) {
            Ok(granted) => Ok(Approval::Granted(Box::new(granted))),
            Err(No::Refused(refusal)) => Ok(Approval::Refused(refusal)),
            Err(No::Failed(error)) => Err(error),
        })
    }

    fn answer(&self, tx: &mut dyn Transaction, asking: &Asking, cti: Cti, by: Stamp) -> Result<Granted, No> {
        self.stands(tx)?;
        let key = asking.screen(tx.key(asking.proof.key)?, by.at)?;
        if tx.is_revoked(Revoked::Key(asking.subject.id()))? {
            return Err(Refusal::Revoked.into());
        }
        let products = granted(tx, &key)?;
        let grant = grant(key.family, &products, &key.policy);
        let wanted = match asking.wish {
            Wish::Host => !products.is_empty(),
            Wish::Machine(product) => grant.number_of(&product).is_some(),
        };
        if !wanted {
            return Err(Refusal::ProductNotGranted.into());
        }
        check_size(&self.vendor().name, &grant)?;
        let taken = tx.taken(key.public.id(), &asking.subject, &asking.fingerprint, key.policy.drift)?;
        let placement = taken.place(key.allowance, &asking.fingerprint, key.policy.drift)?;
        let (document, expires) = match asking.wish {
            Wish::Host => self.host_certificate(asking, grant, placement, (cti, by.at)),
            Wish::Machine(product) => self.lease(asking, &key, product, (cti, by.at)),
        };
        let Asking { subject, fingerprint, ref name, .. } = *asking;
        let (id, name) = (key.public.id(), name.clone());
        let activation = Activation {
            key: id,
            subject,
            placement,
            fingerprint,
            name: name.clone(),
            cti,
            expires,
            document: document.clone(),
        };
        tx.record(&activation, by)?;
        Ok(Granted { document, expires, placement, subject: subject.id(), name, key })
    }

    fn host_certificate(
        &self,
        asking: &Asking,
        grant: Grant,
        placement: Placement,
        (cti, now): (Cti, Timestamp),
    ) -> (Vec<u8>, Option<Timestamp>) {
        let (expires, ordinals) = (self.host_expiry(now), placement.ordinals());
        let certificate = HostCertificate {
            issued: now,
            expires,
            cti,
            key: asking.subject,
            vendor: self.vendor().name.clone(),
            grants: vec![grant],
            host_ordinal: ordinals.place,
            activation_ordinal: ordinals.activation,
            fingerprint: asking.fingerprint,
        };
        (self.sign(&certificate), Some(expires))
    }

    fn lease(
        &self,
        asking: &Asking,
        key: &IssuedKey,
        product: ProductId,
        (cti, now): (Cti, Timestamp),
    ) -> (Vec<u8>, Option<Timestamp>) {
        let policy = &key.policy;
        let lease = Lease {
            issued: now,
            expires: policy.end,
            cti,
            client: asking.subject.id(),
            product,
            family: key.family,
            renewal: policy.renewal,
            retry: policy.retry,
            grace: policy.grace,
            fingerprint: asking.fingerprint,
            request: asking.cti,
            count: None,
            method: Method::MultipleKey,
            features: policy.features.clone(),
        };
        (self.sign(&lease), policy.end)
    }
}

/// The products that a key grants: those of its family, but for what was withdrawn.
fn granted(tx: &mut dyn Transaction, key: &IssuedKey) -> Result<Vec<Product>, StoreError> {
    if tx.family(&key.family)?.is_none_or(|family| family.withdrawn.is_some()) {
        return Ok(Vec::new());
    }
    let mut products = tx.products()?;
    products.retain(|product| product.family == key.family && product.withdrawn.is_none());
    Ok(products)
}

/// A request whose own signature holds.
struct Asking {
    proof: Proof,
    subject: PublicKey,
    cti: Cti,
    fingerprint: Fingerprint,
    name: Option<Text>,
    wish: Wish,
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Wish {
    Host,
    Machine(ProductId),
}

/// Why there is no answer, or why the answer is no.
enum No {
    Refused(Refusal),
    Failed(Error),
}

impl Asking {
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let typ = Envelope::parse(bytes).map_err(|malformed| Error::Request(Reason::Malformed(malformed)))?.typ;
        match typ {
            Typ::HostRequest => request::open::<HostRequest>(bytes).map(Self::from).map_err(Error::Request),
            Typ::MachineRequest => request::open::<MachineRequest>(bytes).map(Self::from).map_err(Error::Request),
            Typ::Authority
            | Typ::Manifest
            | Typ::Host
            | Typ::Request
            | Typ::Lease
            | Typ::Release
            | Typ::Object
            | Typ::Revocations => Err(Error::NotARequest(typ)),
        }
    }

    /// Whether the product key is one that may be used for this, before anything is counted.
    fn screen(&self, key: Option<IssuedKey>, now: Timestamp) -> Result<IssuedKey, Refusal> {
        let key = key.ok_or(Refusal::UnknownKey)?;
        if !self.proof.holds(&key.public, self.subject.id(), self.cti) {
            return Err(Refusal::BadSignature);
        }
        if key.revoked.is_some() {
            return Err(Refusal::Revoked);
        }
        let (found, needed) = (key.allowance.kind(), self.wish.kind());
        if found != needed {
            return Err(Refusal::WrongKindOfKey { found, needed });
        }
        match key.policy.end {
            Some(end) if end <= now => Err(Refusal::GrantEnded { end }),
            Some(_) | None => Ok(key),
        }
    }
}

impl From<HostRequest> for Asking {
    fn from(request: HostRequest) -> Self {
        let HostRequest { cti, key: subject, proof, host_name, fingerprint, .. } = request;
        Self { proof, subject, cti, fingerprint, name: Some(host_name), wish: Wish::Host }
    }
}

impl From<MachineRequest> for Asking {
    fn from(request: MachineRequest) -> Self {
        let MachineRequest { cti, key: subject, proof, product, fingerprint, .. } = request;
        Self { proof, subject, cti, fingerprint, name: None, wish: Wish::Machine(product) }
    }
}

impl Wish {
    const fn kind(self) -> KeyKind {
        match self {
            Self::Host => KeyKind::Host,
            Self::Machine(_) => KeyKind::Multiple,
        }
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}
