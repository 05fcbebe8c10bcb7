//! Activation with a multiple key: the machine asks the vendor's authority itself, or has its request carried there. The
//! lease it gets has no end unless the key has one, and is never renewed.

use leasehold_core::{KeyKind, ProductKey};
use leasehold_wire::envelope::sign;
use leasehold_wire::proof::Proof;
use leasehold_wire::{Lease, MachineRequest, Method, Reason, verify};

use crate::address::AuthorityAddress;
use crate::context::Context;
use crate::error::Error;
use crate::error::authority::AuthorityError;
use crate::error::failure::{Failure, Mismatch};
use crate::refused::Refused;
use crate::session::authority::link::{AuthorityLink, AuthorityReply};
use crate::session::host::outcome::{self, Answer, Outcome};
use crate::session::host::request::{KeyChoice, prepare_device};
use crate::session::host::revocations;
use crate::session::network::Network;
use crate::state::State;
use crate::state::attempts;
use crate::state::proven;
use crate::state::record::{Attempt, OpenRequest, RenewalMode};

/// What an authority has answered to a machine with a multiple key.
#[derive(Clone, Debug)]
pub enum Keyed {
    /// A lease was granted and is stored.
    Granted(Box<Lease>),
    /// The authority refused; the lease in hand, if any, stays.
    Refused(Refused),
}

/// A machine's conversation with the vendor's authority, by the one process that holds the lock on asking.
#[derive(Debug)]
pub(crate) struct MachineSession<'c> {
    pub(crate) context: &'c Context,
    pub(crate) state: &'c State,
    pub(crate) network: &'c Network,
}

impl MachineSession<'_> {
    /// Asks the authority at `address` for a lease.
    pub(crate) fn activate(&self, key: &ProductKey, address: &AuthorityAddress) -> Result<Keyed, Error> {
        let request = self.prepare(key)?;
        let link = self.link(address);
        match link.machine(&request).map_err(failed)? {
            AuthorityReply::Refused(refused) => Ok(Keyed::Refused(refused)),
            AuthorityReply::Document(bytes) => {
                let lease = self.check(&bytes).map_err(|failure| failed(link.error(failure)))?;
                self.keep(&bytes, &lease, Some(address))?;
                // Without a list the lease is not worth less; it is fetched again later.
                drop(self.fetch_revocations(&link));
                Ok(Keyed::Granted(Box::new(lease)))
            }
        }
    }

    /// Stores what the request will be: key, name, fingerprint. Returns it signed.
    pub(crate) fn prepare(&self, key: &ProductKey) -> Result<Vec<u8>, Error> {
        if key.kind() != KeyKind::Multiple {
            return Err(Error::WrongKind(key.kind()));
        }
        let (context, state) = (self.context, self.state);
        let lock = state.lock()?;
        let mut record = state.record(Some(&lock))?;
        let device = prepare_device(context, state, &lock, KeyChoice::InUse)?;
        let open = record.machine_request.filter(|open| open.client == device.key.id());
        let cti = open.map_or_else(|| context.new_cti(), |open| open.cti);
        record.machine_request = Some(OpenRequest { cti, client: device.key.id(), carried: None });
        state.keep_record(&lock, &record)?;
        let request = MachineRequest {
            issued: context.now(),
            cti,
            key: device.key.public(),
            proof: Proof::new(key, device.key.id(), cti),
            product: context.manifest.product,
            fingerprint: device.fingerprint,
        };
        Ok(sign(&request, &device.key, &[]))
    }

    /// Stores a lease that was carried here as a file.
    pub(crate) fn install(&self, bytes: &[u8]) -> Result<Lease, Error> {
        let lease = self.check(bytes).map_err(Error::Lease)?;
        self.keep(bytes, &lease, None)?;
        Ok(lease)
    }

    /// Checks whether the vendor has revoked the lease of a multiple key, which is never renewed.
    pub(crate) fn check_revocation(&self, lease: Lease) -> Result<Answer, Error> {
        let address = self.state.record(None)?.authority;
        let checked = address.map_or(Ok(()), |address| self.fetch_revocations(&self.link(&address)));
        if let Err(error) = checked {
            let (code, message) = (error.code(), error.to_string());
            let stored = attempts::authority_unanswered(self.state, self.context.now(), code, message);
            stored.unwrap_or_else(|error| self.state.note(error));
            return Err(failed(error));
        }
        attempts::succeeded(self.state, self.context.now())?;
        Ok(Answer { outcome: Outcome::Held(Box::new(lease)), passed_over: Vec::new() })
    }

    fn link(&self, address: &AuthorityAddress) -> AuthorityLink {
        AuthorityLink::over(address.clone(), self.network.exchange.clone())
    }

    /// The lease in `bytes`, where it is a multiple key's for this machine.
    fn check(&self, bytes: &[u8]) -> Result<Lease, Failure> {
        let (manifest, state) = (&self.context.manifest, self.state);
        let revocations = state.revocations(None).ok().flatten();
        let opened = verify::<Lease>(bytes, self.context.root(), self.context.now(), revocations.as_ref());
        let lease = opened.map_err(|reason| match reason {
            Reason::UnknownSigner => Failure::Foreign,
            other => Failure::Lease(other),
        })?;
        let lease = lease.document;
        let device = state.device(None).unwrap_or_default();
        let asked = state.record(None).ok().and_then(|record| record.machine_request);
        // A key that is still a candidate is taken into use with this lease.
        let clients = [device.id(), device.candidate.as_ref().map(leasehold_wire::Keypair::id)];
        let same = |now| lease.fingerprint.same_machine(now, manifest.drift);
        let mismatch = if lease.method != Method::MultipleKey {
            Some(Mismatch::Method)
        } else if !clients.contains(&Some(lease.client)) {
            Some(Mismatch::Client)
        } else if (lease.product, lease.family) != (manifest.product, manifest.family) {
            Some(Mismatch::Product)
        } else if asked.is_some_and(|open| open.cti != lease.request) {
            Some(Mismatch::Request)
        } else if !self.context.fingerprint.as_ref().is_some_and(same) {
            Some(Mismatch::Fingerprint)
        } else {
            None
        };
        mismatch.map_or(Ok(lease), |mismatch| Err(Failure::OtherLease(mismatch)))
    }

    /// Stores the lease, then that the request is answered: a crash between repeats a request, which costs nothing.
    fn keep(&self, bytes: &[u8], lease: &Lease, address: Option<&AuthorityAddress>) -> Result<(), Error> {
        let (state, running) = (self.state, self.context.running());
        let lock = state.lock()?;
        state.keep_lease(&lock, bytes)?;
        state.remove_object(&lock)?;
        proven::raise(state, &lock, lease.issued, &running)?;
        let mut record = state.record(Some(&lock))?;
        (record.request, record.machine_request, record.host) = (None, None, None);
        (record.moved, record.given_back, record.directory) = (None, None, None);
        record.attempt = Some(Attempt { at: self.context.now(), failure: None });
        record.authority = address.cloned();
        record.renewal = RenewalMode::Automatic;
        state.keep_record(&lock, &record)?;
        outcome::settle_keys(state, &lock, lease.client)
    }

    /// Fetches the authority's revocation list where it has a newer one.
    fn fetch_revocations(&self, link: &AuthorityLink) -> Result<(), AuthorityError> {
        let held = self.state.revocations(None).ok().flatten();
        if let Some(bytes) = link.revocations(held.as_ref().map(|list| list.number))? {
            let list = verify(&bytes, self.context.root(), self.context.now(), held.as_ref());
            let list = list.map_err(|reason| link.error(Failure::List(reason)))?;
            revocations::keep(self.state, &bytes, &list.document);
        }
        Ok(())
    }
}

fn failed(error: AuthorityError) -> Error {
    Error::Authority(Box::new(error))
}
