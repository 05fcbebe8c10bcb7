//! The authority: its key, its certificate and what it signs.

use std::io::ErrorKind;
use std::sync::Arc;

use leasehold_core::standing::Mode;
use leasehold_core::{Cti, KeyId, Policy, ProductId, ProductKey, Rng, Span, Timestamp, random_bytes};
use leasehold_store::authority::{AuthorityCertificate, AuthorityStore, Product, Revoked, Transaction, Vendor};
use leasehold_wire::{Authority as Certificate, Document, Keypair, Manifest, Reason, envelope, trust};

use crate::error::Error;
use crate::home::Home;
use crate::secret::Secret;
use crate::{key_file, transact};

/// An authority that can sign now. Threads may share it.
pub struct Authority {
    pub(crate) store: Arc<dyn AuthorityStore>,
    pub(crate) pair: Keypair,
    pub(crate) vendor: Vendor,
    /// The root's certificate for `pair`.
    certificate: Vec<u8>,
    /// Until when it holds.
    expires: Timestamp,
}

/// The status of an authority among those that the root has certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityStatus {
    /// It is the newest and signs.
    Active,
    /// A newer one has superseded it; what it has signed stays valid.
    Superseded,
    /// It is revoked: nothing that it has signed is valid any more.
    Revoked,
}

impl Authority {
    /// Opens the authority's key.
    ///
    /// # Errors
    /// [`Error::NotInitialised`]; [`Error::WrongPassphrase`], [`Error::NotAKeyFile`], [`Error::AnotherKey`];
    /// [`Error::Certificate`] where it may not sign at `now`; [`Error::File`], [`Error::Store`].
    pub fn open(
        home: &Home,
        store: Arc<dyn AuthorityStore>,
        passphrase: &Secret,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let path = home.authority_key();
        let missing = || Error::at(&path)(ErrorKind::NotFound.into());
        crate::vendor(&*store)?;
        let pair = key_file::read(&path, passphrase)?.ok_or_else(missing)?;
        let (vendor, certificates, revoked) = transact(&*store, "open the authority", |tx| {
            let vendor = tx.vendor()?.ok_or(Error::NotInitialised)?;
            Ok((vendor, tx.authority_certificates()?, tx.is_revoked(Revoked::Key(pair.id()))?))
        })?;
        let newest = certificates.into_iter().rfind(|certificate| certificate.authority == pair.id());
        let certificate = newest.ok_or(Error::AnotherKey(path))?.document;
        if revoked {
            return Err(Error::Certificate(Reason::Revoked));
        }
        let opened = trust::verify::<Certificate>(&certificate, &vendor.root, now, None);
        let expires = opened.map_err(Error::Certificate)?.document.expires;
        Ok(Self { store, pair, vendor, certificate, expires })
    }

    /// The authority that signs with `pair` under the root's `certificate`.
    pub(crate) fn certified(
        store: Arc<dyn AuthorityStore>,
        pair: Keypair,
        vendor: Vendor,
        certificate: &AuthorityCertificate,
    ) -> Self {
        let AuthorityCertificate { expires, ref document, .. } = *certificate;
        Self { store, pair, vendor, certificate: document.clone(), expires }
    }

    /// The vendor.
    pub fn vendor(&self) -> &Vendor {
        &self.vendor
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        self.pair.id()
    }

    /// The root's certificate for it.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The manifest of a product, as its application is shipped with it.
    ///
    /// # Errors
    /// [`Error::UnknownProduct`], [`Error::ProductWithdrawn`], [`Error::Certificate`], [`Error::Store`].
    pub fn manifest(&self, product: &ProductId, now: Timestamp, rng: &dyn Rng) -> Result<Vec<u8>, Error> {
        Ok(self.sign(&self.manifest_of(product, now, rng)?))
    }

    /// The same, marked for tests: clients that are opened with it go by a clock that a test moves. For a vendor of tests alone.
    ///
    /// # Errors
    /// As [`Self::manifest`].
    pub fn test_manifest(&self, product: &ProductId, now: Timestamp, rng: &dyn Rng) -> Result<Vec<u8>, Error> {
        Ok(self.sign(&self.manifest_of(product, now, rng)?.for_tests()))
    }

    fn manifest_of(&self, product: &ProductId, now: Timestamp, rng: &dyn Rng) -> Result<Manifest, Error> {
        self.check_valid_at(now)?;
        let cti = Cti(random_bytes(rng));
        let find = |id| transact(&*self.store, "find a product", |tx| Ok(tx.product(id)?));
        let Product { id, number, family, title, initial_grace, drift, service, mode, withdrawn } =
            find(product)?.ok_or(Error::UnknownProduct(*product))?;
        if withdrawn.is_some() {
            return Err(Error::ProductWithdrawn(id));
        }
        let root = self.vendor.root;
        Ok(Manifest {
            issued: now,
            cti,
            product: id,
            number,
            family,
            title,
            generic_key: ProductKey::generic(root.id(), number),
            initial_grace,
            root,
            service,
            drift,
            mode: Some(mode).filter(|mode| *mode != Mode::Enforce),
        })
    }

    /// Until when it may sign.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// Its status among the vendor's authorities now.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn status(&self) -> Result<AuthorityStatus, Error> {
        transact(&*self.store, "authority status", |tx| {
            let newest = tx.authority_certificates()?.pop();
            Ok(match tx.is_revoked(Revoked::Key(self.id()))? {
                true => AuthorityStatus::Revoked,
                false if newest.is_none_or(|newest| newest.authority == self.id()) => AuthorityStatus::Active,
                false => AuthorityStatus::Superseded,
            })
        })
    }

    /// Whether it may sign at `now`.
    pub(crate) fn check_valid_at(&self, now: Timestamp) -> Result<(), Error> {
        if now < self.expires { Ok(()) } else { Err(Error::Certificate(Reason::Expired)) }
    }

    /// Checks that it is not revoked: another authority may have revoked it while it runs.
    pub(crate) fn check_not_revoked(&self, tx: &mut dyn Transaction) -> Result<(), Error> {
        let revoked = tx.is_revoked(Revoked::Key(self.pair.id()))?;
        if revoked { Err(Error::Certificate(Reason::Revoked)) } else { Ok(()) }
    }

    /// Signs with the chain that leads up to the root.
    pub(crate) fn sign<D: Document>(&self, document: &D) -> Vec<u8> {
        envelope::sign(document, &self.pair, &[&self.certificate])
    }

    /// When a host certificate made at `now` ends, never later than the authority's own: after `validity` where its key says
    /// so.
    ///
    /// One with a capacity ends early: a copy of its host could grant as many leases again until then.
    pub(crate) fn host_expiry(&self, policy: &Policy, validity: Option<Span>, now: Timestamp) -> Timestamp {
        let usual = if policy.capacity.is_some() { WITH_CAPACITY } else { WITHOUT_CAPACITY };
        now.plus(validity.unwrap_or(usual)).min(self.expires)
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("pair", &self.pair).field("vendor", &self.vendor).finish_non_exhaustive()
    }
}

/// How long a host certificate with a capacity is valid (DESIGN section 7).
const WITH_CAPACITY: Span = Span::days(90);
/// How long other host certificates are valid.
const WITHOUT_CAPACITY: Span = Span::days(2 * 365);
