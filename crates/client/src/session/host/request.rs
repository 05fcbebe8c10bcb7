//! What is sent to a host: the request, and the device key that it is signed with. Both are stored before anything is
//! sent.

use leasehold_core::{Cti, Fingerprint};
use leasehold_wire::envelope::sign;
use leasehold_wire::{Keypair, Lease, Method, Request};

use crate::VERSION;
use crate::context::Context;
use crate::error::Error;
use crate::state::State;
use crate::state::device::Device;
use crate::state::files::Lock;
use crate::state::held::Held;
use crate::state::record::{ProductRecord, RenewalMode};

/// The device key to ask with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceKey {
    /// The one in use, unless it came from another machine.
    Kept,
    /// A new one: the host knows the one in use from another machine.
    Replaced,
}

/// A request for a lease, and what its answer is checked with.
#[derive(Debug)]
pub(crate) struct LeaseRequest {
    /// What it says.
    pub(crate) request: Request,
    /// The device key.
    pub(crate) key: Keypair,
    /// The chain held of the host that body 6 names, nearest signer first.
    pub(crate) chain: Vec<Vec<u8>>,
}

/// What a request is made of, stored.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) key: Keypair,
    pub(crate) fingerprint: Fingerprint,
    /// The lease in hand.
    pub(crate) held: Option<Held>,
}

/// The next request for a lease: the open one again, else a new one.
pub(crate) fn prepare(context: &Context, state: &State, wanted: DeviceKey) -> Result<LeaseRequest, Error> {
    let lock = state.lock()?;
    let mut record = state.record(Some(&lock))?;
    let prepared = prepare_device(context, state, &lock, &mut record, wanted)?;
    let cti = record.request.unwrap_or_else(|| context.new_cti());
    record.request = Some(cti);
    record.renewal = RenewalMode::Automatic;
    state.keep_record(&lock, &record)?;
    Ok(request(context, prepared, cti))
}

/// The key to ask with, stored; with a new one, requests are new too.
pub(crate) fn prepare_device(
    context: &Context,
    state: &State,
    lock: &Lock,
    record: &mut ProductRecord,
    wanted: DeviceKey,
) -> Result<Prepared, Error> {
    let fingerprint = context.fingerprint.ok_or(Error::NoFingerprint)?;
    let mut device = state.device(Some(lock))?;
    let held = state.held(Some(lock))?;
    let moved = has_moved(&device, held.as_ref(), &fingerprint, context.manifest.drift);
    let key = match device.key.take() {
        Some(key) if wanted == DeviceKey::Kept && !moved => key,
        Some(_) | None => {
            (record.request, record.machine_request) = (None, None);
            context.new_key()
        }
    };
    device.adopt(key.clone());
    device.history.fingerprint = Some(fingerprint);
    state.keep_device(lock, &device)?;
    Ok(Prepared { key, fingerprint, held })
}

fn request(context: &Context, prepared: Prepared, cti: Cti) -> LeaseRequest {
    let Prepared { key, fingerprint, held } = prepared;
    let chain = held.as_ref().and_then(Held::chain_of_host);
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
        holds: held
            .map(|held| held.lease)
            .filter(|lease| lease.client == key.id() && by_host(lease))
            .map(|lease| lease.cti),
    };
    LeaseRequest { request, key, chain: chain.map(|(_, chain)| chain).unwrap_or_default() }
}

impl LeaseRequest {
    /// The request, signed.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        sign(&self.request, &self.key, &[])
    }

    /// The same request, naming no chain that is held.
    pub(crate) fn asking_for_chain(&self) -> Self {
        let request = Request { chain_of: None, ..self.request.clone() };
        Self { request, key: self.key.clone(), chain: Vec::new() }
    }
}

fn by_host(lease: &Lease) -> bool {
    lease.method == Method::Host
}

/// Whether the device key came from another machine, in an image or with its disk.
fn has_moved(device: &Device, held: Option<&Held>, now: &Fingerprint, drift: u64) -> bool {
    let client = device.key.as_ref().map(Keypair::id);
    let leased = held.filter(|held| Some(held.lease.client) == client).map(|held| &held.lease.fingerprint);
    let known = device.history.fingerprint.iter().chain(leased);
    known.into_iter().any(|known| !known.same_machine(now, drift))
}
