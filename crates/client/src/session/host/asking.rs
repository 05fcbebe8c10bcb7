//! Asking for a lease: the request is stored before it is sent, the answer before it counts.

use leasehold_core::standing::Revocation;
use leasehold_core::{Cti, Fingerprint, Policy, Span};
use leasehold_wire::{Keypair, Lease, Method, Request, Revocations};

use crate::VERSION;
use crate::address::HostAddress;
use crate::chance::draw;
use crate::client::Client;
use crate::error::{Error, Failure, Tried};
use crate::session::host::answer::{Accepted, Sent};
use crate::session::host::conversation::{First, Heard};
use crate::session::host::route::Route;
use crate::session::refused::Refused;
use crate::state::device::Device;
use crate::state::files::{Lock, Turn};
use crate::state::held::Held;
use crate::state::proven::Proven;
use crate::state::record::{Attempt, Record, Setback, Wish};

/// What a host has answered to a request.
#[derive(Debug)]
pub struct Answer {
    /// What.
    pub outcome: Outcome,
    /// The hosts that were tried before and have not answered.
    pub passed_over: Vec<Tried>,
}

/// Yes or no.
#[derive(Debug)]
pub enum Outcome {
    /// A lease; it is stored.
    Granted(Box<Granted>),
    /// There was nothing to ask a host for: the lease in hand is one of a multiple key, and holds.
    Held(Box<Lease>),
    /// A reasoned no; the lease in hand, if any, stays.
    Refused(Refused),
}

/// A lease that was granted.
#[derive(Clone, Debug)]
pub struct Granted {
    /// What it says.
    pub lease: Lease,
    /// The host that granted it.
    pub host: HostAddress,
}

/// With which device key to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceKey {
    /// The one there is, unless it has come from another machine.
    Kept,
    /// A new one: the host knows the one there is from another machine.
    Replaced,
}

/// What becomes of the request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    /// It was answered: the next one has a name of its own.
    Settled,
    /// It may have been granted without our knowing: the next one repeats it.
    Repeated,
}

impl Client {
    /// Asks, and asks again where the revocation list that came with the lease speaks against the chain that was held for
    /// it: after a rotation of the vendor's the host has another one.
    pub(crate) fn ask(&self, turn: &Turn) -> Result<Answer, Error> {
        let answer = self.ask_as_it_is(turn)?;
        match answer.outcome {
            Outcome::Granted(_) if self.holds_a_revoked_chain() => self.ask_as_it_is(turn),
            Outcome::Granted(_) | Outcome::Held(_) | Outcome::Refused(_) => Ok(answer),
        }
    }

    /// Asks once; twice where the host finds that the device key is another machine's.
    fn ask_as_it_is(&self, _turn: &Turn) -> Result<Answer, Error> {
        let sent = self.prepare(DeviceKey::Kept)?;
        let mut first = self.ask_for_lease(&sent);
        if matches!(&first, Ok(First { answer: Heard::Refused(refused), .. }) if refused.code == "clone-suspected") {
            let sent = self.prepare(DeviceKey::Replaced)?;
            first = self.ask_for_lease(&sent);
        }
        match first {
            Ok(First { answer: Heard::Granted(accepted), route, passed_over }) => {
                Ok(Answer { outcome: self.keep(accepted, &route)?, passed_over })
            }
            Ok(First { answer: Heard::Refused(refused), route, passed_over }) => {
                if refused.code == "revoked" {
                    // The host's word alone proves nothing; the list says whom it is about.
                    self.renew_revocations(&route);
                }
                Ok(Answer { outcome: self.refused(refused, Pending::Settled), passed_over })
            }
            Err(error) => self.unanswered(error),
        }
    }

    /// Stores what the request will be: key, name, fingerprint.
    fn prepare(&self, wanted: DeviceKey) -> Result<Sent, Error> {
        let lock = self.state.lock()?;
        let mut record = self.record(Some(&lock))?;
        let (key, fingerprint, held) = self.device_for(&lock, &mut record, wanted)?;
        let cti = record.request.unwrap_or_else(|| Cti(draw(self.chance.as_ref())));
        record.request = Some(cti);
        record.wish = Wish::Licensed;
        self.state.keep_record(&lock, &self.manifest.product, &record)?;
        Ok(self.request(key, cti, fingerprint, held.as_ref()))
    }

    /// The key to ask with, stored: a new one has requests of its own. With what it is asked for, and the lease in hand.
    pub(crate) fn device_for(
        &self,
        lock: &Lock,
        record: &mut Record,
        wanted: DeviceKey,
    ) -> Result<(Keypair, Fingerprint, Option<Held>), Error> {
        let fingerprint = self.fingerprint.ok_or(Error::NoFingerprint)?;
        let mut device = self.state.device(Some(lock))?;
        let held = self.state.held(Some(lock), &self.manifest.product)?;
        let moved = has_moved(&device, held.as_ref(), &fingerprint, self.manifest.drift);
        let key = match device.key.take() {
            Some(key) if wanted == DeviceKey::Kept && !moved => key,
            Some(_) | None => {
                (record.request, record.machine_request) = (None, None);
                Keypair::from_seed(&draw(self.chance.as_ref()))
            }
        };
        device.adopt(key.clone());
        device.past.fingerprint = Some(fingerprint);
        self.state.keep_device(lock, &device)?;
        Ok((key, fingerprint, held))
    }

    fn request(&self, key: Keypair, cti: Cti, fingerprint: Fingerprint, held: Option<&Held>) -> Sent {
        let chain = held.and_then(Held::chain_of_host);
        let request = Request {
            issued: self.now(),
            cti,
            key: key.public(),
            product: self.manifest.product,
            number: self.manifest.number,
            fingerprint,
            client_version: VERSION.parse().expect("the SDK's version is a text"),
            host_name: self.host_name.clone(),
            chain_of: chain.as_ref().map(|(host, _)| *host),
            // A host that reads of a lease which is not its own takes this for two machines with one key.
            holds: held
                .map(|held| &held.lease)
                .filter(|lease| lease.client == key.id() && by_host(lease))
                .map(|lease| lease.cti),
        };
        Sent { request, key, chain: chain.map(|(_, chain)| chain).unwrap_or_default() }
    }

    /// The lease first, then that the request is answered: a crash between repeats a request, which costs nothing.
    fn keep(&self, accepted: Accepted, route: &Route) -> Result<Outcome, Error> {
        let Accepted { bytes, lease } = accepted;
        let product = &self.manifest.product;
        let lock = self.state.lock()?;
        self.state.keep_lease(&lock, product, &bytes)?;
        self.state.keep_proven(&lock, &Proven::by_lease(lease.issued, &self.clock.running()))?;
        let mut record = self.record(Some(&lock))?;
        record.request = None;
        record.attempt = Some(Attempt { at: self.now(), setback: None });
        (record.host, record.authority) = (Some(route.address.clone()), None);
        self.state.keep_record(&lock, product, &record)?;
        drop(lock);
        self.renew_revocations(route);
        Ok(Outcome::Granted(Box::new(Granted { lease, host: route.address.clone() })))
    }

    fn refused(&self, refused: Refused, pending: Pending) -> Outcome {
        let told = self.set_back(&refused.code, refused.to_string(), refused.retry, pending);
        // What the host has said is worth more to the caller than that it could not be written down.
        told.unwrap_or_else(|error| self.state.note(error));
        Outcome::Refused(refused)
    }

    /// Where a host said that it cannot answer now, that is the answer; else there is none.
    fn unanswered(&self, error: Error) -> Result<Answer, Error> {
        let mut tried = match error {
            Error::NoAnswer { tried } => tried,
            other => return Err(self.failed(other, None)),
        };
        let busy = tried.iter().position(|tried| matches!(tried.failure, Failure::Unavailable(_)));
        match busy.map(|at| tried.remove(at).failure) {
            Some(Failure::Unavailable(refused)) => {
                Ok(Answer { outcome: self.refused(*refused, Pending::Repeated), passed_over: tried })
            }
            Some(_) | None => Err(self.failed(Error::NoAnswer { tried }, None)),
        }
    }

    /// Remembers that the attempt has failed, and when the next is due.
    pub(crate) fn failed(&self, error: Error, retry: Option<Span>) -> Error {
        let told = self.set_back(error.code(), error.to_string(), retry, Pending::Repeated);
        told.unwrap_or_else(|error| self.state.note(error));
        error
    }

    fn set_back(&self, code: &str, message: String, retry: Option<Span>, pending: Pending) -> Result<(), Error> {
        let product = &self.manifest.product;
        let lock = self.state.lock()?;
        let mut record = self.record(Some(&lock))?;
        let policy = || self.state.held(Some(&lock), product).ok().flatten().map(|held| held.lease.retry);
        let retry = retry.or_else(policy).unwrap_or(Policy::default().retry);
        record.attempt = Some(Attempt { at: self.now(), setback: Some(Setback::new(code, message, retry)) });
        if pending == Pending::Settled {
            record.request = None;
        }
        self.state.keep_record(&lock, product, &record)
    }

    /// Remembers that the attempt went well.
    pub(crate) fn attempted(&self) -> Result<(), Error> {
        let lock = self.state.lock()?;
        let mut record = self.record(Some(&lock))?;
        record.attempt = Some(Attempt { at: self.now(), setback: None });
        self.state.keep_record(&lock, &self.manifest.product, &record)
    }

    /// Whether the lease in hand is revoked, and neither by its own name nor by its client's.
    fn holds_a_revoked_chain(&self) -> bool {
        let (held, list) = (self.state.held(None, &self.manifest.product), self.state.revocations(None));
        let (Ok(Some(held)), Ok(Some(list))) = (held, list) else { return false };
        let own = list.revokes_key(held.lease.client) || list.revokes_document(held.lease.cti);
        held.revocation == Revocation::Revoked && !own
    }

    /// Fetches the newest revocation list. Without one the old one holds: a lease is not worth less for that.
    fn renew_revocations(&self, route: &Route) {
        let held = self.state.revocations(None).ok().flatten();
        if let Some((bytes, list)) = self.other_revocations(route, held.as_ref()) {
            self.keep_revocations(&bytes, &list);
        }
    }

    /// Keeps a list that was verified.
    pub(crate) fn keep_revocations(&self, bytes: &[u8], list: &Revocations) {
        let kept = self.state.lock().and_then(|lock| {
            let known = self.state.revocations(Some(&lock))?;
            // Only ever replaced by a higher number, whoever was faster.
            if known.is_some_and(|known| known.number >= list.number) {
                return Ok(());
            }
            self.state.keep_revocations(&lock, bytes)
        });
        kept.unwrap_or_else(|error| self.state.note(error));
    }
}

fn by_host(lease: &Lease) -> bool {
    lease.method == Method::Host
}

/// Whether the device key has come from another machine, in an image or with its disk.
fn has_moved(device: &Device, held: Option<&Held>, now: &Fingerprint, drift: u64) -> bool {
    let client = device.key.as_ref().map(Keypair::id);
    let leased = held.filter(|held| Some(held.lease.client) == client).map(|held| &held.lease.fingerprint);
    let known = device.past.fingerprint.iter().chain(leased);
    known.into_iter().any(|known| !known.same_machine(now, drift))
}
