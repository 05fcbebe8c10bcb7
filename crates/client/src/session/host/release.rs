//! Giving a lease back.

use leasehold_core::Cti;
use leasehold_wire::envelope::sign;
use leasehold_wire::{Keypair, Method, Release};

use crate::context::Context;
use crate::error::Error;
use crate::error::failure::Tried;
use crate::refused::Refused;
use crate::session::host::asking::{LeaseSession, Outcome};
use crate::session::host::request::LeaseRequest;
use crate::state::State;
use crate::state::record::RenewalMode;

/// The result of a release.
#[derive(Debug)]
pub enum Released {
    /// The lease was given back.
    GivenBack {
        /// The hosts that were tried before and have not answered.
        passed_over: Vec<Tried>,
    },
    /// There was no lease.
    NothingHeld,
    /// The lease of a multiple key was removed. The machine keeps its place with the vendor, and may be activated again.
    PlaceKept,
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
        if self.state.record(None)?.request.is_some() {
            let answer = self.ask()?;
            held = self.state.held(None)?;
            match answer.outcome {
                // Without a proof, a lease that this client does not know of may be counted still.
                Outcome::Refused(refused) if held.is_none() && refused.proof.is_none() => {
                    return Ok(Released::Refused(refused));
                }
                Outcome::Refused(_) | Outcome::Granted(_) | Outcome::Held(_) => {}
            }
        }
        let Some(held) = held else {
            forget_lease(self.state)?;
            return Ok(Released::NothingHeld);
        };
        let key = self.state.key_of(held.lease.client)?.ok_or(Error::NoLease(self.context.manifest.product))?;
        let first = self.hosts().give_back(&release(self.context, held.lease.cti, &key))?;
        if let Some(refused) = first.answer {
            return Ok(Released::Refused(refused));
        }
        forget_lease(self.state)?;
        Ok(Released::GivenBack { passed_over: first.passed_over })
    }

    /// On a machine that has become another one: gives the former lease back with the key that it is bound to, before
    /// `request` asks for another with a new key. So the machine keeps its place where capacity is short.
    pub(crate) fn give_back_former(&self, request: &LeaseRequest) -> Result<(), Error> {
        let drift = self.context.manifest.drift;
        let former = self.state.held(None)?.filter(|held| {
            held.lease.method == Method::Host
                && held.lease.client != request.key.id()
                && !held.is_of(self.context.fingerprint.as_ref(), drift)
        });
        let Some(former) = former else { return Ok(()) };
        let lease = former.lease.cti;
        if self.state.record(None)?.given_back == Some(lease) {
            return Ok(());
        }
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

/// Removes the lease first: a crash between must not leave one that the host has taken back.
fn forget_lease(state: &State) -> Result<(), Error> {
    let lock = state.lock()?;
    state.remove_lease(&lock)?;
    let mut record = state.record(Some(&lock))?;
    (record.request, record.attempt, record.authority) = (None, None, None);
    (record.moved, record.given_back) = (None, None);
    record.renewal = RenewalMode::OnRequest;
    state.keep_record(&lock, &record)?;
    state.forget_former_keys(&lock)?;
    state.remove_refusal(&lock)
}
