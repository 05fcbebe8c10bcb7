//! What is sent to a host: the request, and the device key that it is signed with. Both are stored before anything is
//! sent.

use leasehold_core::{Cti, Delivery, Fingerprint, Timestamp};
use leasehold_wire::envelope::sign;
use leasehold_wire::{Keypair, Lease, Method, Request};

use crate::VERSION;
use crate::context::Context;
use crate::error::Error;
use crate::state::State;
use crate::state::device::Device;
use crate::state::files::Lock;
use crate::state::held::Held;
use crate::state::record::{OpenRequest, RenewalMode};

/// The device key to ask with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyChoice {
    /// The one in use; the candidate where there is one, or where the one in use came from another machine.
    InUse,
    /// The candidate: a host has proved that it knows the key in use from another machine.
    Candidate,
}

/// A request for a lease, and what its answer is checked with.
#[derive(Debug)]
pub(crate) struct LeaseRequest {
    /// What it says.
    pub(crate) request: Request,
    /// The device key.
    pub(crate) key: Keypair,
    /// Whether it is the one in use.
    pub(crate) choice: KeyChoice,
    /// The chain held of the host that body 6 names, nearest signer first.
    pub(crate) chain: Vec<Vec<u8>>,
    /// Until when the lease is wanted, as is said beside the request: not to lose a day of the one in hand, whichever host answers.
    pub(crate) until: Option<Timestamp>,
}

/// What a request is made of, stored.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) key: Keypair,
    pub(crate) choice: KeyChoice,
    pub(crate) fingerprint: Fingerprint,
    /// The lease in hand.
    pub(crate) held: Option<Held>,
}

/// The next request for a lease: the open one again, else a new one.
pub(crate) fn prepare(context: &Context, state: &State, choice: KeyChoice) -> Result<LeaseRequest, Error> {
    prepare_for(context, state, choice, Delivery::Network)
}

/// The same, to be sent or to be carried.
pub(crate) fn prepare_for(
    context: &Context,
    state: &State,
    choice: KeyChoice,
    delivery: Delivery,
) -> Result<LeaseRequest, Error> {
    let lock = state.lock()?;
    let prepared = prepare_device(context, state, &lock, choice)?;
    let mut record = state.record(Some(&lock))?;
    let client = prepared.key.id();
    let open = record.request.filter(|open| open.client == client);
    let cti = open.map_or_else(|| context.new_cti(), |open| open.cti);
    let carried = open.and_then(|open| open.carried);
    let carried = carried.or_else(|| (delivery == Delivery::File).then(|| context.now()));
    record.request = Some(OpenRequest { cti, client, carried });
    record.renewal = RenewalMode::Automatic;
    state.keep_record(&lock, &record)?;
    Ok(request(context, prepared, cti))
}

/// The key to ask with, stored.
pub(crate) fn prepare_device(
    context: &Context,
    state: &State,
    lock: &Lock,
    choice: KeyChoice,
) -> Result<Prepared, Error> {
    let fingerprint = context.fingerprint.ok_or(Error::NoFingerprint)?;
    let drift = context.manifest.drift;
    let mut device = state.device(Some(lock))?;
    let held = state.held(Some(lock))?;
    // A crash after its first lease was stored.
    let candidate = device.candidate.as_ref().map(Keypair::id);
    if candidate.is_some() && candidate == held.as_ref().map(|held| held.lease.client) {
        device.promote();
    }
    // A candidate that came from another machine is that machine's.
    let elsewhere = |(_, asks_with): &(_, Fingerprint)| !asks_with.same_machine(&fingerprint, drift);
    if device.history.candidate.as_ref().is_none_or(elsewhere) {
        (device.candidate, device.history.candidate) = (None, None);
    }
    let (key, choice) = match device.key.clone() {
        // The first key, or the one after a damage, has nothing to lose.
        None => (context.new_key(), KeyChoice::InUse),
        Some(in_use) => {
            let moved = has_moved(&device, held.as_ref(), &fingerprint, drift);
            match device.candidate.clone() {
                Some(candidate) => (candidate, KeyChoice::Candidate),
                None if moved || choice == KeyChoice::Candidate => (context.new_key(), KeyChoice::Candidate),
                None => (in_use, KeyChoice::InUse),
            }
        }
    };
    match choice {
        KeyChoice::InUse => device.adopt(key.clone(), fingerprint),
        KeyChoice::Candidate => device.propose(key.clone(), fingerprint),
    }
    state.keep_device(lock, &device)?;
    Ok(Prepared { key, choice, fingerprint, held })
}

fn request(context: &Context, prepared: Prepared, cti: Cti) -> LeaseRequest {
    let Prepared { key, choice, fingerprint, held } = prepared;
    let chain = held.as_ref().and_then(Held::chain_of_host);
    let own = held.map(|held| held.lease).filter(|lease| lease.client == key.id() && by_host(lease));
    let request = Request {
        issued: context.now(),
        cti,
        key: key.public(),
        product: context.manifest.product,
        number: context.manifest.number,
        fingerprint,
        client_version: VERSION.parse().expect("the SDK's version is a text"),
        host_name: context.host_name.clone(),
        chain_of: chain.as_ref().map(|(host, _)| *host),
        // A host takes the name of a lease that is not its own for two machines with one key.
        holds: own.as_ref().map(|lease| lease.cti),
    };
    let until = own.and_then(|lease| lease.expires);
    LeaseRequest { request, key, choice, chain: chain.map(|(_, chain)| chain).unwrap_or_default(), until }
}

impl LeaseRequest {
    /// The request, signed.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        sign(&self.request, &self.key, &[])
    }

    /// The same request, naming no chain that is held.
    pub(crate) fn asking_for_chain(&self) -> Self {
        let request = Request { chain_of: None, ..self.request.clone() };
        Self { request, key: self.key.clone(), chain: Vec::new(), ..*self }
    }

    /// The same request, made at a later time.
    pub(crate) fn made_at(&self, issued: Timestamp) -> Self {
        let request = Request { issued, ..self.request.clone() };
        Self { request, key: self.key.clone(), chain: self.chain.clone(), ..*self }
    }

    /// The same request for a lease that is wanted until then at least.
    pub(crate) fn lasting(self, until: Option<Timestamp>) -> Self {
        Self { until: self.until.max(until), ..self }
    }
}

fn by_host(lease: &Lease) -> bool {
    matches!(lease.method, Method::Host | Method::Subscription)
}

/// Whether the device key came from another machine, in an image or with its disk.
fn has_moved(device: &Device, held: Option<&Held>, now: &Fingerprint, drift: u64) -> bool {
    let client = device.key.as_ref().map(Keypair::id);
    let leased = held.filter(|held| Some(held.lease.client) == client).map(|held| &held.lease.fingerprint);
    let known = device.history.fingerprint.iter().chain(leased);
    known.into_iter().any(|known| !known.same_machine(now, drift))
}
