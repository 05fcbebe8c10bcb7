//! Requests of hosts, machines and directories, and the answers to them (DESIGN section 7).

use leasehold_core::activation::{Placement, Refusal};
use leasehold_core::{
    Cti, DirectoryId, Fingerprint, Grant, KeyId, ProductId, Rng, Span, Text, Timestamp, random_bytes,
};
use leasehold_store::StoreError;
use leasehold_store::authority::{
    Activation, ForkPolicy, IssuedKey, NewActivation, Product, Revoked, SignedObject, Stamp, Transaction,
};
use leasehold_wire::{ActivationObject, HostCertificate, Lease, Method};

use crate::activation_request::{ActivationRequest, RequestKind};
use crate::authority::Authority;
use crate::error::Error;
use crate::grant::{check_size, grant};
use crate::{reports, transact};

/// What an authority answers to a request.
#[derive(Clone, Debug)]
pub enum Approval {
    /// A host certificate, a lease or an activation object.
    Granted(Box<Granted>),
    /// A refusal with its reason; nothing was recorded but for a fork.
    Refused(Refusal),
}

/// A request that was granted.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The host certificate, lease or activation object, with its chain.
    pub document: Vec<u8>,
    /// Until when it holds; `None` is for ever.
    pub expires: Option<Timestamp>,
    /// Which of the product key's hosts, machines or directories was activated.
    pub placement: Placement,
    /// The key pair of the host, machine or directory.
    pub subject: KeyId,
    /// The directory, where it is one.
    pub directory: Option<DirectoryId>,
    /// What the host or directory is called.
    pub name: Option<Text>,
    /// The product key.
    pub key: IssuedKey,
}

impl Authority {
    /// Answers the request of a host, of a machine with a multiple key, or for a directory.
    ///
    /// The answer is recorded before it is returned. One that is lost is given again to the same key pair, and takes
    /// nothing more of the product key.
    ///
    /// # Errors
    /// [`Error::NotARequest`], [`Error::Request`]; [`Error::Certificate`], [`Error::GrantTooLarge`], [`Error::Store`].
    pub fn approve(&self, request: &[u8], by: Stamp, rng: &dyn Rng) -> Result<Approval, Error> {
        self.approve_request(&ActivationRequest::read(request)?, by, rng)
    }

    /// Answers a request that was read before, as [`Self::approve`] does.
    ///
    /// # Errors
    /// [`Error::Certificate`], [`Error::GrantTooLarge`], [`Error::Store`].
    pub fn approve_request(&self, request: &ActivationRequest, by: Stamp, rng: &dyn Rng) -> Result<Approval, Error> {
        self.check_valid_at(by.at)?;
        let names = [Cti(random_bytes(rng)), Cti(random_bytes(rng))];
        transact(&*self.store, "approve a request", |tx| match self.answer(tx, request, names, by) {
            Ok(granted) => Ok(Approval::Granted(Box::new(granted))),
            Err(NotGranted::Refused(refusal)) => Ok(Approval::Refused(refusal)),
            Err(NotGranted::Failed(error)) => Err(error),
        })
    }

    /// Whether the product key that a request names was issued here, and has made its proof.
    ///
    /// A key that was never issued takes as long as a forged proof, so that a stranger cannot tell them apart.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn proves(&self, request: &ActivationRequest) -> Result<bool, Error> {
        let key = transact(&*self.store, "find a product key", |tx| Ok(tx.key(request.key())?))?;
        let public = key.as_ref().map_or(self.pair.public(), |key| key.public);
        Ok(request.proven_by(&public) && key.is_some())
    }

    /// Answers with a document of the first name; where a revocation list is needed for it, that has the second.
    fn answer(
        &self,
        tx: &mut dyn Transaction,
        request: &ActivationRequest,
        [cti, list]: [Cti; 2],
        by: Stamp,
    ) -> Result<Granted, NotGranted> {
        self.check_not_revoked(tx)?;
        let key = request.screen(tx.key(request.proof.key)?, by.at)?;
        if tx.is_revoked(Revoked::Key(request.subject.id()))? {
            return Err(Refusal::Revoked.into());
        }
        let products = granted(tx, &key)?;
        let grant = grant(key.family, &products, &key.policy);
        let wanted = match request.kind {
            RequestKind::Host(_) | RequestKind::Directory(_) => !products.is_empty(),
            RequestKind::Machine(_, product) => grant.number_of(&product).is_some(),
        };
        if !wanted {
            return Err(Refusal::ProductNotGranted.into());
        }
        check_size(&self.vendor().name, &grant)?;
        let place = request.kind.place_id();
        let usage = tx.key_usage(key.public.id(), &request.subject, &place, key.policy.drift)?;
        let placement = usage.place(key.allowance, &place, key.policy.drift)?;
        let latest = latest(tx, key.public.id(), placement)?;
        if latest.as_ref().is_some_and(|latest| latest.ordinals.activation > placement.ordinals().activation) {
            // Another key pair has its place: a place has one at a time.
            return Err(Refusal::Revoked.into());
        }
        let names = (key.public.id(), request.subject.id());
        if let RequestKind::Host(_) = request.kind {
            let report = reports::check_fork(tx, names, request.tip.as_ref(), by)?;
            let forked = report.is_some_and(|report| report.fork.is_some());
            if forked && tx.family(&key.family)?.is_some_and(|family| family.forked == ForkPolicy::Refuse) {
                return Err(Refusal::HostForked.into());
            }
        }
        let validity = key.certificate_validity;
        let (document, expires) = match request.kind {
            RequestKind::Host(machine) => {
                self.host_certificate((request, machine), (grant, validity), placement, (cti, by.at))
            }
            RequestKind::Machine(machine, product) => self.lease((request, machine), &key, product, (cti, by.at)),
            RequestKind::Directory(directory) => {
                let (document, expires) = self.object(directory, (grant, validity), (cti, by.at));
                tx.record_object(&SignedObject { key: names.0, subject: names.1, cti, expires })?;
                (document, Some(expires))
            }
        };
        let ActivationRequest { subject, ref name, .. } = *request;
        let (id, name) = (key.public.id(), name.clone());
        let activation = NewActivation {
            key: id,
            subject,
            placement,
            id: place,
            name: name.clone(),
            cti,
            expires,
            document: document.clone(),
        };
        tx.record_activation(&activation, by)?;
        reports::record(tx, names, request.tip.as_ref(), &request.usage, by.at)?;
        if let (RequestKind::Machine(..), Placement::Anew(_), Some(former)) = (request.kind, placement, latest) {
            self.revoke_former(tx, former.subject.id(), by, list)?;
        }
        let directory = place.directory().copied();
        Ok(Granted { document, expires, placement, subject: subject.id(), directory, name, key })
    }

    fn host_certificate(
        &self,
        (request, fingerprint): (&ActivationRequest, Fingerprint),
        (grant, validity): (Grant, Option<Span>),
        placement: Placement,
        (cti, now): (Cti, Timestamp),
    ) -> (Vec<u8>, Option<Timestamp>) {
        let (expires, ordinals) = (self.host_expiry(&grant.policy, validity, now), placement.ordinals());
        let certificate = HostCertificate {
            issued: now,
            expires,
            cti,
            key: request.subject,
            vendor: self.vendor().name.clone(),
            grants: vec![grant],
            host_ordinal: ordinals.place,
            activation_ordinal: ordinals.activation,
            fingerprint,
        };
        (self.sign(&certificate), Some(expires))
    }

    fn object(
        &self,
        directory: DirectoryId,
        (grant, validity): (Grant, Option<Span>),
        (cti, now): (Cti, Timestamp),
    ) -> (Vec<u8>, Timestamp) {
        let expires = self.host_expiry(&grant.policy, validity, now);
        let vendor = self.vendor().name.clone();
        let object = ActivationObject { issued: now, expires, cti, vendor, grants: vec![grant], directory };
        (self.sign(&object), expires)
    }

    fn lease(
        &self,
        (request, fingerprint): (&ActivationRequest, Fingerprint),
        key: &IssuedKey,
        product: ProductId,
        (cti, now): (Cti, Timestamp),
    ) -> (Vec<u8>, Option<Timestamp>) {
        let policy = &key.policy;
        let lease = Lease {
            issued: now,
            expires: policy.end,
            cti,
            client: request.subject.id(),
            product,
            family: key.family,
            renewal: policy.renewal,
            retry: policy.retry,
            grace: policy.grace,
            fingerprint,
            request: request.cti,
            count: None,
            method: Method::MultipleKey,
            features: policy.features.clone(),
        };
        (self.sign(&lease), policy.end)
    }
}

/// The newest key pair of the place that is known already; `None` for a new place.
fn latest(tx: &mut dyn Transaction, key: KeyId, placement: Placement) -> Result<Option<Activation>, StoreError> {
    match placement {
        Placement::New(_) => Ok(None),
        Placement::Again(ordinals) | Placement::Anew(ordinals) => Ok(tx.places(key, ordinals.place - 1, 1)?.pop()),
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

/// A refusal, or a failure to answer.
enum NotGranted {
    Refused(Refusal),
    Failed(Error),
}

impl From<Refusal> for NotGranted {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for NotGranted {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for NotGranted {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}
