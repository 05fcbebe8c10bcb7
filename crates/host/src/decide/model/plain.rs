//! The plainest host there can be: what DESIGN section 4 says, over lists.

use std::collections::{BTreeMap, BTreeSet};

use leasehold_core::{Counting, Cti, KeyId, LeaseEnd, Policy, Refusal, SignIn, Timestamp, UserId};
use leasehold_store::host::ClientRow;

use super::{PRODUCTS, key};
use crate::settings::OrdinaryLeases;

/// What a request says.
#[derive(Clone, Debug)]
pub(super) struct PlainRequest {
    pub(super) machine: usize,
    pub(super) product: usize,
    pub(super) hardware: [u8; 5],
    pub(super) cti: Cti,
    pub(super) issued: Timestamp,
    pub(super) until: Option<Timestamp>,
    pub(super) holds: Option<Cti>,
    pub(super) sign_in: SignIn,
}

/// What a host answers. The name of a lease is the host's to choose.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Granted { lease: Cti, request: Cti, expires: Timestamp, count: Option<u64> },
    Refused { refusal: Refusal, sealed: bool },
}

impl Answer {
    /// This answer with the name that the host has chosen in `other`, where it is a new lease.
    pub(super) fn named_as(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Granted { lease: UNNAMED, request, expires, count }, Self::Granted { lease, .. }) => {
                Self::Granted { lease: *lease, request, expires, count }
            }
            (answer, _) => answer,
        }
    }
}

const UNNAMED: Cti = Cti([0xff; 16]);

#[derive(Clone, Debug)]
struct Client {
    known: bool,
    first: Timestamp,
    last: Timestamp,
    hardware: [u8; 5],
    counts: bool,
    issued: BTreeMap<usize, Timestamp>,
}

#[derive(Clone, Debug)]
struct Lease {
    name: Cti,
    request: Cti,
    ends: Timestamp,
    early: bool,
    forks: u64,
    user: Option<UserId>,
}

#[derive(Clone, Debug)]
pub(super) struct Model {
    policy: Policy,
    ordinary: OrdinaryLeases,
    clients: BTreeMap<usize, Client>,
    leases: BTreeMap<(usize, usize), Lease>,
    sealed: Option<Timestamp>,
    remembered: BTreeMap<(usize, usize), (PlainRequest, Answer)>,
}

impl Model {
    pub(super) fn new(policy: Policy, ordinary: OrdinaryLeases) -> Self {
        let (clients, leases) = (BTreeMap::new(), BTreeMap::new());
        Self { policy, ordinary, clients, leases, sealed: None, remembered: BTreeMap::new() }
    }

    /// The answers to a batch of requests.
    pub(super) fn batch(&mut self, requests: &[PlainRequest], now: Timestamp, revoked: &[KeyId]) -> Vec<Answer> {
        let screened: Vec<Option<Answer>> = requests.iter().map(|request| self.screen(request, now, revoked)).collect();
        let mut sealed = self.sealed;
        let answers = requests.iter().zip(screened).map(|(request, screened)| {
            screened.unwrap_or_else(|| {
                let answer = self.admit(request, now);
                if !matches!(answer, Answer::Refused { sealed: false, .. }) {
                    sealed = Some(now);
                    let key = (request.machine, request.product);
                    self.remembered.insert(key, (request.clone(), answer.clone()));
                }
                answer
            })
        });
        let answers = answers.collect();
        self.sealed = sealed;
        answers
    }

    fn screen(&self, request: &PlainRequest, now: Timestamp, revoked: &[KeyId]) -> Option<Answer> {
        const FOUR_HOURS: u64 = 4 * 3_600;
        let refused = |refusal| Some(Answer::Refused { refusal, sealed: false });
        if let Some(sealed) = self.sealed.filter(|sealed| now.unix() + FOUR_HOURS < sealed.unix()) {
            return refused(Refusal::ClockBehind { sealed, host: now });
        }
        if request.issued.unix().abs_diff(now.unix()) > FOUR_HOURS {
            return refused(Refusal::ClockSkew { client: request.issued, host: now });
        }
        if revoked.contains(&key(request.machine).id()) {
            return refused(Refusal::Revoked);
        }
        match request.sign_in {
            _ if self.policy.devices.is_none() => {}
            SignIn::Needed(fault) => return refused(Refusal::SignInNeeded(fault)),
            SignIn::NotSubscribed => return refused(Refusal::NotSubscribed),
            SignIn::User(_) => {}
        }
        let (last, answer) = self.remembered.get(&(request.machine, request.product))?;
        let same = (last.cti, last.issued, last.until) == (request.cti, request.issued, request.until);
        same.then(|| answer.clone())
    }

    fn admit(&mut self, request: &PlainRequest, now: Timestamp) -> Answer {
        let before = self.clients.get(&request.machine).cloned();
        if let Some(last) = before.as_ref().and_then(|client| client.issued.get(&request.product).copied())
            && request.issued <= last
        {
            return Answer::Refused { refusal: Refusal::Replayed { last }, sealed: false };
        }
        let known = before.as_ref().filter(|client| client.known);
        let moved = known.filter(|known| !same_machine(known.hardware, request.hardware)).map(|known| known.hardware);
        let hardware = moved.unwrap_or(request.hardware);
        let counted = known.is_some_and(|known| known.counts && self.in_window(known.last, now));
        let twin = self.clients.iter().any(|(other, client)| {
            *other != request.machine
                && client.known
                && client.counts
                && client.hardware == hardware
                && self.in_window(client.last, now)
        });
        let mut issued = before.as_ref().map(|client| client.issued.clone()).unwrap_or_default();
        issued.insert(request.product, request.issued);
        let first = known.map_or(now, |known| known.first);
        let client = Client { known: true, first, last: now, hardware, counts: counted || !twin, issued };
        self.clients.insert(request.machine, client);
        let refused = |refusal| Answer::Refused { refusal, sealed: true };
        if moved.is_some() {
            return refused(Refusal::CloneSuspected);
        }
        let (count, live) = self.counts(now);
        let Policy { threshold: required, retry, .. } = self.policy;
        let user = request.sign_in.user().filter(|_| self.policy.devices.is_some());
        if let (Some(user), Some(devices)) = (user, self.policy.devices) {
            if self.devices(user, request.machine, now) >= devices {
                return refused(Refusal::DevicesReached { devices, retry });
            }
        } else if count < required {
            return refused(Refusal::ThresholdNotMet { count, required, retry });
        }
        let place = (request.machine, request.product);
        let held = self.leases.get(&place);
        if let Some(capacity) = self.policy.capacity
            && live >= capacity
            && !held.is_some_and(|held| runs(held, now))
        {
            return refused(Refusal::CapacityReached { capacity, retry });
        }
        let named_another =
            |held: &&Lease| request.holds.is_some_and(|named| named != held.name) && request.cti != held.request;
        let forks = held.map_or(0, |held| held.forks) + u64::from(held.as_ref().is_some_and(named_another));
        let expires = self.lasts_until(request, held, now);
        let lease = Lease { name: UNNAMED, request: request.cti, ends: expires, early: false, forks, user };
        self.leases.insert(place, lease);
        let count = if user.is_some() { None } else { Some(count) };
        Answer::Granted { lease: UNNAMED, request: request.cti, expires, count }
    }

    /// As far as the vendor allows: an ordinary while, until then where the client says so, and no less than it holds.
    fn lasts_until(&self, request: &PlainRequest, held: Option<&Lease>, now: Timestamp) -> Timestamp {
        let Policy { validity, renewal, retry, .. } = self.policy;
        let product = PRODUCTS[request.product].parse().expect("an id");
        let set = self.ordinary.get(&product).map_or(validity.as_seconds(), |set| set.as_seconds());
        let ordinary = set.max(renewal.as_seconds() + retry.as_seconds());
        let mut end = now.unix() + ordinary;
        end = end.max(request.until.map_or(0, Timestamp::unix));
        end = end.max(held.filter(|held| runs(held, now)).map_or(0, |held| held.ends.unix()));
        Timestamp::from_unix(end.min(now.unix() + validity.as_seconds()))
    }

    /// Other machines on which a user holds a live lease.
    fn devices(&self, user: UserId, machine: usize, now: Timestamp) -> u64 {
        let held = self.leases.iter().filter(|(_, lease)| lease.user == Some(user) && runs(lease, now));
        held.map(|((other, _), _)| *other).filter(|other| *other != machine).collect::<BTreeSet<_>>().len() as u64
    }

    /// The host has named the lease that answers `request`.
    pub(super) fn named(&mut self, request: &PlainRequest, lease: Cti) {
        let place = (request.machine, request.product);
        if let Some(held) = self.leases.get_mut(&place).filter(|held| held.request == request.cti) {
            held.name = lease;
        }
        if let Some((last, Answer::Granted { lease: name, .. })) = self.remembered.get_mut(&place)
            && last.cti == request.cti
        {
            *name = lease;
        }
    }

    /// Whether a lease of this name is known already.
    pub(super) fn has_named(&self, lease: Cti) -> bool {
        self.leases.values().any(|held| held.name == lease)
    }

    pub(super) fn release(&mut self, machine: usize, product: usize, lease: Cti, now: Timestamp) {
        self.remembered.remove(&(machine, product));
        self.end_lease(machine, product, lease, now);
    }

    pub(super) fn end(&mut self, machine: usize, product: usize, lease: Cti, now: Timestamp) -> bool {
        self.remembered.retain(|(of, _), _| *of != machine);
        self.end_lease(machine, product, lease, now)
    }

    pub(super) fn forget(&mut self, machine: usize, now: Timestamp) {
        self.remembered.retain(|(of, _), _| *of != machine);
        self.revoke(machine, now);
        if let Some(client) = self.clients.get_mut(&machine) {
            (client.known, client.last) = (false, Timestamp::from_unix(0));
        }
    }

    /// Ends all leases of a machine.
    pub(super) fn revoke(&mut self, machine: usize, now: Timestamp) {
        for product in 0..PRODUCTS.len() {
            if let Some(name) = self.leases.get(&(machine, product)).map(|lease| lease.name) {
                self.end_lease(machine, product, name, now);
            }
        }
    }

    fn end_lease(&mut self, machine: usize, product: usize, name: Cti, now: Timestamp) -> bool {
        let held = self.leases.get_mut(&(machine, product)).filter(|held| held.name == name && !held.early);
        held.map(|held| (held.early, held.ends) = (true, held.ends.min(now))).is_some()
    }

    /// The host starts again: it remembers no answers.
    pub(super) fn restart(&mut self) {
        self.remembered.clear();
    }

    /// Clients that count, and live leases.
    pub(super) fn counts(&self, at: Timestamp) -> (u64, u64) {
        let counts = |client: &&Client| client.known && client.counts && self.in_window(client.last, at);
        let live = self.leases.values().filter(|lease| runs(lease, at));
        (self.clients.values().filter(counts).count() as u64, live.count() as u64)
    }

    fn in_window(&self, last: Timestamp, now: Timestamp) -> bool {
        last.unix() + self.policy.window.as_seconds() > now.unix()
    }

    /// The row of a machine says the same.
    pub(super) fn compare(&self, machine: usize, row: Option<&ClientRow>, seed: u64) {
        let Some(client) = self.clients.get(&machine) else {
            return assert!(row.is_none(), "seed {seed}: {row:?}");
        };
        let row = row.unwrap_or_else(|| panic!("seed {seed}: machine {machine} has no row"));
        let issued: BTreeMap<usize, Timestamp> =
            row.sighting.requests.iter().map(|(id, at)| (number(id.as_str()), *at)).collect();
        let seen = (row.sighting.first, row.sighting.last, row.sighting.counting == Counting::Counts, issued);
        assert_eq!(seen, (client.first, client.last, client.counts, client.issued.clone()), "seed {seed}: {machine}");
        let kept: Vec<_> = row.sighting.fingerprint.iter().map(|(_, hash)| hash[0]).collect();
        assert_eq!(kept, client.hardware, "seed {seed}: {machine}");
        let leases: Vec<_> = row
            .leases
            .iter()
            .map(|(id, lease)| {
                let held = lease.held;
                (
                    number(id.as_str()),
                    held.lease,
                    held.request,
                    held.expires,
                    held.end == LeaseEnd::Early,
                    lease.forks,
                    held.user,
                )
            })
            .collect();
        let own = self.leases.range((machine, 0)..(machine + 1, 0));
        let expected: Vec<_> = own
            .map(|((_, of), held)| (*of, held.name, held.request, held.ends, held.early, held.forks, held.user))
            .collect();
        assert_eq!(leases, expected, "seed {seed}: {machine}");
    }
}

fn runs(lease: &Lease, now: Timestamp) -> bool {
    !lease.early && now < lease.ends
}

/// At most two parts differ, and one agrees.
fn same_machine(one: [u8; 5], other: [u8; 5]) -> bool {
    one.iter().zip(&other).filter(|(a, b)| a != b).count() <= 2
}

fn number(product: &str) -> usize {
    PRODUCTS.iter().position(|id| *id == product).expect("a product")
}
