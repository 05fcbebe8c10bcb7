//! Activation with a multiple key: the machine asks the vendor's authority itself, or has its request carried there. The
//! lease it gets has no end unless the key has one, and is never renewed.

use leasehold_core::{Cti, KeyKind, ProductKey};
use leasehold_wire::envelope::sign;
use leasehold_wire::proof::Proof;
use leasehold_wire::{Lease, MachineRequest, Method, Reason, armour, verify};

use crate::address::AuthorityAddress;
use crate::chance::draw;
use crate::client::Client;
use crate::error::{Error, Failure};
use crate::session::authority::link::{AuthorityError, AuthorityLink, Said};
use crate::session::host::answer::Mismatch;
use crate::session::host::asking::{Answer, DeviceKey, Outcome};
use crate::session::refused::Refused;
use crate::state::files::Turn;
use crate::state::proven::Proven;
use crate::state::record::{Attempt, Wish};

/// What an authority has answered to a machine with a multiple key.
#[derive(Clone, Debug)]
pub enum Keyed {
    /// A lease; it is stored.
    Granted(Box<Lease>),
    /// A reasoned no; the lease in hand, if any, stays.
    Refused(Refused),
}

impl Client {
    /// Activates the product with a multiple key: asks the authority at `address` for a lease. The key itself is neither
    /// sent nor stored.
    ///
    /// A lease of a host's in hand is replaced; the host counts it until its end, unless [`Self::release`] gives it back
    /// first.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for another key than a multiple one; [`Error::Authority`] where there is no answer, or none to
    /// be believed; [`Error::State`] where it could not be kept. The same request is then repeated by the next attempt,
    /// and nothing more is used up.
    pub fn activate_with_key(&self, key: &ProductKey, address: &AuthorityAddress) -> Result<Keyed, Error> {
        let turn = self.state.turn()?;
        let request = self.prepare_machine(key)?;
        let link = self.authority_at(address);
        match link.machine(&request).map_err(failed)? {
            Said::Refused(refused) => Ok(Keyed::Refused(refused)),
            Said::Document(bytes) => {
                let lease = self.accept_keyed(&bytes).map_err(|failure| failed(link.error(failure)))?;
                self.keep_keyed(&turn, &bytes, &lease, Some(address))?;
                // Without a list the lease is not worth less; it is looked for again.
                drop(self.take_revocations(&link));
                Ok(Keyed::Granted(Box::new(lease)))
            }
        }
    }

    /// The request of a machine with a multiple key, to be carried to the vendor; [`Self::install`] takes the answer. It
    /// keeps its name until an answer is stored.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for another key than a multiple one; [`Error::State`].
    pub fn machine_request(&self, key: &ProductKey) -> Result<Vec<u8>, Error> {
        let _turn = self.state.turn()?;
        self.prepare_machine(key)
    }

    /// Stores a lease that the vendor has answered [`Self::machine_request`] with (raw or armoured).
    ///
    /// # Errors
    /// [`Error::Lease`] where it is not one of this machine's, or cannot be believed; [`Error::State`].
    pub fn install(&self, lease: &[u8]) -> Result<Lease, Error> {
        let bytes = armour::read(lease).map_err(Error::Document)?;
        let turn = self.state.turn()?;
        let lease = self.accept_keyed(&bytes).map_err(Error::Lease)?;
        self.keep_keyed(&turn, &bytes, &lease, None)?;
        Ok(lease)
    }

    /// Looks whether the vendor has withdrawn the lease of a multiple key, which nobody renews.
    pub(crate) fn look_again(&self, _turn: &Turn, lease: Lease) -> Result<Answer, Error> {
        let address = self.record(None)?.authority;
        let looked = address.map_or(Ok(()), |address| self.take_revocations(&self.authority_at(&address)));
        if let Err(error) = looked {
            return Err(self.failed(failed(error), Some(LOOK_AGAIN)));
        }
        self.attempted()?;
        Ok(Answer { outcome: Outcome::Held(Box::new(lease)), passed_over: Vec::new() })
    }

    fn authority_at(&self, address: &AuthorityAddress) -> AuthorityLink {
        AuthorityLink::over(address.clone(), self.exchange.clone())
    }

    /// Stores what the request will be: key, name, fingerprint.
    fn prepare_machine(&self, key: &ProductKey) -> Result<Vec<u8>, Error> {
        if key.kind() != KeyKind::Multiple {
            return Err(Error::WrongKind(key.kind()));
        }
        let lock = self.state.lock()?;
        let mut record = self.record(Some(&lock))?;
        let (device, fingerprint, _) = self.device_for(&lock, &mut record, DeviceKey::Kept)?;
        let cti = record.machine_request.unwrap_or_else(|| Cti(draw(self.chance.as_ref())));
        record.machine_request = Some(cti);
        self.state.keep_record(&lock, &self.manifest.product, &record)?;
        let request = MachineRequest {
            issued: self.now(),
            cti,
            key: device.public(),
            proof: Proof::new(key, device.id(), cti),
            product: self.manifest.product,
            fingerprint,
        };
        Ok(sign(&request, &device, &[]))
    }

    /// Whether a lease is a multiple key's for this machine.
    fn accept_keyed(&self, bytes: &[u8]) -> Result<Lease, Failure> {
        let revocations = self.state.revocations(None).ok().flatten();
        let opened = verify::<Lease>(bytes, &self.manifest.root, self.now(), revocations.as_ref());
        let lease = opened.map_err(|reason| match reason {
            Reason::UnknownSigner => Failure::Foreign,
            other => Failure::Lease(other),
        })?;
        let lease = lease.document;
        let device = self.state.device(None).ok().and_then(|device| device.id());
        let asked = self.record(None).ok().and_then(|record| record.machine_request);
        let same = |now| lease.fingerprint.same_machine(now, self.manifest.drift);
        let mismatch = if lease.method != Method::MultipleKey {
            Some(Mismatch::Method)
        } else if device != Some(lease.client) {
            Some(Mismatch::Client)
        } else if (lease.product, lease.family) != (self.manifest.product, self.manifest.family) {
            Some(Mismatch::Product)
        } else if asked.is_some_and(|cti| cti != lease.request) {
            Some(Mismatch::Request)
        } else if !self.fingerprint.as_ref().is_some_and(same) {
            Some(Mismatch::Fingerprint)
        } else {
            None
        };
        mismatch.map_or(Ok(lease), |mismatch| Err(Failure::OtherLease(mismatch)))
    }

    /// The lease first, then that the request is answered: a crash between repeats a request, which costs nothing.
    fn keep_keyed(
        &self,
        _turn: &Turn,
        bytes: &[u8],
        lease: &Lease,
        address: Option<&AuthorityAddress>,
    ) -> Result<(), Error> {
        let product = &self.manifest.product;
        let lock = self.state.lock()?;
        self.state.keep_lease(&lock, product, bytes)?;
        let proven = Proven::by_lease(lease.issued, &self.clock.running());
        // An answer that was carried may be older than a lease that was in hand.
        if self.proven(Some(&lock))?.is_none_or(|known| known.is_before(lease.issued)) {
            self.state.keep_proven(&lock, &proven)?;
        }
        let mut record = self.record(Some(&lock))?;
        (record.request, record.machine_request, record.host) = (None, None, None);
        record.attempt = Some(Attempt { at: self.now(), setback: None });
        record.authority = address.cloned();
        record.wish = Wish::Licensed;
        self.state.keep_record(&lock, product, &record)
    }

    /// Takes the authority's revocation list where it has a newer one.
    fn take_revocations(&self, link: &AuthorityLink) -> Result<(), AuthorityError> {
        let held = self.state.revocations(None).ok().flatten();
        if let Some(bytes) = link.revocations(held.as_ref().map(|list| list.number))? {
            let list = verify(&bytes, &self.manifest.root, self.now(), held.as_ref());
            let list = list.map_err(|reason| link.error(Failure::List(reason)))?;
            self.keep_revocations(&bytes, &list.document);
        }
        Ok(())
    }
}

fn failed(error: AuthorityError) -> Error {
    Error::Authority(Box::new(error))
}

/// An authority that does not answer is no reason to hurry: the lease in hand holds.
const LOOK_AGAIN: leasehold_core::Span = leasehold_core::Span::DAY;
