//! Giving a lease back.

use leasehold_core::Cti;
use leasehold_wire::envelope::sign;
use leasehold_wire::{Keypair, Method, Release};

use crate::address::HostAddress;
use crate::context::Context;
use crate::error::Error;
use crate::error::failure::Tried;
use crate::refused::Refused;
use crate::session::host::asking::LeaseSession;
use crate::session::host::outcome::Outcome;
use crate::session::host::request::LeaseRequest;
use crate::state::State;
use crate::state::files::Lock;
use crate::state::held::Held;
use crate::state::record::RenewalMode;

/// The result of a release. Only the machine's own word ends a lease here; that the host has ended it too is proven by nothing,
/// since an answer to a release is not signed.
#[derive(Debug)]
pub enum Released {
    /// The lease is not used any more, and the host was told so. [`crate::Client::release`] tells it again, up to the lease's end
    /// or the next lease.
    Told {
        /// The host that has answered.
        host: HostAddress,
        /// The lease.
        lease: Cti,
        /// The hosts that were tried before and have not answered.
        passed_over: Vec<Tried>,
    },
    /// There was no lease.
    NothingHeld,
    /// The lease of a multiple key was removed. The machine keeps its place with the vendor, and may be activated again.
    PlaceKept,
    /// An activation object was removed: it is published for every machine of the directory, which keeps no count.
    Forgotten,
    /// The host refused; the lease is still held.
    Refused(Refused),
}

impl LeaseSession<'_> {
    /// Gives the lease in hand back to the host, with the key that it is bound to. A release names its lease: where a lost
    /// reply may have brought another one, that is asked for first.
    pub(crate) fn give_back(&self) -> Result<Released, Error> {
        let mut held = self.state.held(None)?;
        if held.as_ref().is_some_and(|held| held.lease.method == Method::MultipleKey) {
            forget_lease(self.state)?;
            return Ok(Released::PlaceKept);
        }
        if held.is_none() && self.state.object(None)?.is_some() {
            forget_lease(self.state)?;
            return Ok(Released::Forgotten);
        }
        if self.state.record(None)?.request.is_some() {
            let answer = self.ask()?;
            held = self.state.held(None)?;
            match answer.outcome {
                // Without a proof, a lease that this client does not know of may be counted still.
                Outcome::Refused(refused) if held.is_none() && refused.proof.is_none() => {
                    return Ok(Released::Refused(refused));
                }
                Outcome::Refused(_) | Outcome::Granted(_) | Outcome::Held(_) | Outcome::Read(_) => {}
            }
        }
        let now = self.context.now();
        let told = || self.state.released(None).map(|told| told.filter(|told| told.runs_at(now)));
        let held = match held {
            Some(held) => Some(held),
            None => told()?,
        };
        let Some(held) = held else {
            forget_lease(self.state)?;
            return Ok(Released::NothingHeld);
        };
        let key = self.state.key_of(held.lease.client)?.ok_or(Error::NoLease(self.context.manifest.product))?;
        let lease = held.lease.cti;
        let first = self.hosts().give_back(&release(self.context, lease, &key))?;
        if let Some(refused) = first.answer {
            return Ok(Released::Refused(refused));
        }
        put_away_lease(self.state)?;
        Ok(Released::Told { host: first.route.address, lease, passed_over: first.passed_over })
    }

    /// On a machine that has become another one: gives the former lease back with the key that it is bound to, before
    /// `request` asks for another with a new key. So the machine keeps its place where capacity is short.
    ///
    /// The host's answer is not signed: the lease is given back before every request until the new key holds a lease.
    pub(crate) fn give_back_former(&self, request: &LeaseRequest) -> Result<(), Error> {
        let drift = self.context.manifest.drift;
        let former = |held: &Held| {
            matches!(held.lease.method, Method::Host | Method::Subscription)
                && held.lease.client != request.key.id()
                && !held.is_of(self.context.fingerprint.as_ref(), drift)
        };
        let former = match self.state.held(None)?.filter(former) {
            Some(held) => Some(held),
            None => self.state.released(None)?.filter(former),
        };
        let Some(former) = former.filter(|former| former.runs_at(self.context.now())) else { return Ok(()) };
        let lease = former.lease.cti;
        let Some(key) = self.state.key_of(former.lease.client)? else { return Ok(()) };
        let first = self.hosts().give_back(&release(self.context, lease, &key))?;
        // A refusal ends nothing, and must not keep the machine from asking.
        if first.answer.is_none() {
            let lock = self.state.lock()?;
            let mut record = self.state.record(Some(&lock))?;
            record.given_back = Some(lease);
            self.state.keep_record(&lock, &record)?;
        }
        Ok(())
    }
}

fn release(context: &Context, lease: Cti, key: &Keypair) -> Vec<u8> {
    let (issued, cti, product) = (context.now(), context.new_cti(), context.manifest.product);
    sign(&Release { issued, cti, key: key.public(), product, lease }, key, &[])
}

/// Removes the lease, also one that was put away.
fn forget_lease(state: &State) -> Result<(), Error> {
    let lock = state.lock()?;
    state.remove_lease(&lock)?;
    state.remove_object(&lock)?;
    state.remove_released(&lock)?;
    forget_requests(state, &lock)
}

/// Puts the lease away, so that no standing rests on it and the host can be told again. A crash between repeats the release.
fn put_away_lease(state: &State) -> Result<(), Error> {
    let lock = state.lock()?;
    state.put_lease_away(&lock)?;
    forget_requests(state, &lock)
}

fn forget_requests(state: &State, lock: &Lock) -> Result<(), Error> {
    let mut record = state.record(Some(lock))?;
    (record.request, record.attempt, record.authority) = (None, None, None);
    (record.moved, record.given_back, record.directory) = (None, None, None);
    record.renewal = RenewalMode::OnRequest;
    state.keep_record(lock, &record)?;
    state.forget_former_keys(lock)?;
    state.remove_refusal(lock)
}
