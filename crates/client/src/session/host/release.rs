//! Giving a lease back.

use leasehold_core::Cti;
use leasehold_wire::envelope::sign;
use leasehold_wire::{Keypair, Method, Release};

use crate::context::Context;
use crate::error::Error;
use crate::error::failure::{Failure, Tried};
use crate::session::exchange::{NotAHost, Reply};
use crate::session::host::asking::LeaseSession;
use crate::session::host::round::Weight;
use crate::session::host::route::Route;
use crate::session::refused::Refused;
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
    /// Gives the lease in hand back to the host, or the one that a lost reply may have brought: a release names its lease,
    /// so that one is asked for first.
    pub(crate) fn give_back(&self) -> Result<Released, Error> {
        let mut held = self.state.held(None)?;
        if held.as_ref().is_some_and(|held| held.lease.method == Method::MultipleKey) {
            forget_lease(self.state)?;
            return Ok(Released::PlaceKept);
        }
        if held.is_none() && self.state.record(None)?.request.is_some() {
            self.ask()?;
            held = self.state.held(None)?;
        }
        let Some(held) = held else {
            forget_lease(self.state)?;
            return Ok(Released::NothingHeld);
        };
        let key = self.state.device(None)?.key.ok_or(Error::NoLease(self.context.manifest.product))?;
        let release = release(self.context, held.lease.cti, &key);
        let ask = |route: &Route| match self.network.exchange.post(route, "/v1/releases", &release)? {
            Reply::Done => Ok(None),
            Reply::Refused(refused) if refused.is_server_error() => Err(Failure::Unavailable(Box::new(refused))),
            Reply::Refused(refused) => Ok(Some(refused)),
            Reply::Document(_) => Err(Failure::NotAHost(NotAHost::Unasked)),
        };
        let first = self.hosts().first_answer(ask, |_, _| Weight::Final)?;
        if let Some(refused) = first.answer {
            return Ok(Released::Refused(refused));
        }
        forget_lease(self.state)?;
        Ok(Released::GivenBack { passed_over: first.passed_over })
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
    record.renewal = RenewalMode::OnRequest;
    state.keep_record(&lock, &record)
}
