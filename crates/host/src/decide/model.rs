//! Operations on a host beside a plain model of it, ten thousand sequences of them: requests, replays, releases, ends, forgets,
//! revocations, clocks forward and back, twins and changed machines, folding, pruning, restarts and restored backups.
//!
//! Requests come in as the network hands them on once their signatures hold. A sequence that fails names its seed.

mod plain;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::thread;

use leasehold_core::{
    Clock, Component, Cti, Fingerprint, Grant, KeyId, Policy, PublicKey, SignIn, SignInFault, Span, Timestamp, UserId,
};
use leasehold_store::host::{Family, Record, Records};
use leasehold_store_sqlite::host::SqliteHost;
use leasehold_testkit::vendor::{BEGIN, Vendor};
use leasehold_testkit::{SeededRng, VirtualClock};
use leasehold_wire::{Envelope, Lease, Release, Request, Revocations};
use tokio::sync::oneshot;

use super::*;
use crate::check::check;
use crate::ending::{Ending, RevokedClients};
use crate::job::{Answered, Follow};
use crate::rates::RateLimits;
use crate::reply_to;
use crate::settings::OrdinaryLeases;
use plain::{Answer, Model, PlainRequest};

const SEQUENCES: u64 = 10_000;

#[test]
fn a_host_does_what_a_plain_model_does() {
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let step = usize::try_from(threads).expect("a few threads");
    let part = |first: u64| {
        let mut seen = BTreeMap::new();
        (first..SEQUENCES).step_by(step).for_each(|seed| World::new(seed).run(&mut seen));
        seen
    };
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|first| scope.spawn(move || part(first))).collect();
        for part in parts {
            part.join()
                .expect("no panic")
                .into_iter()
                .for_each(|(word, count)| *seen.entry(word).or_default() += count);
        }
    });
    println!("{seen:?}");
    let expected = [
        "granted",
        "again",
        "capacity-reached",
        "devices-reached",
        "sign-in-needed",
        "not-subscribed",
        "clock-behind",
        "clock-skew",
        "clone-suspected",
        "replayed",
        "revoked",
        "threshold-not-met",
        "twin",
        "forked",
    ];
    assert!(expected.iter().all(|word| seen.get(word).is_some_and(|count| *count > 100)), "{seen:?}");
}

/// A host with its store, its model and what its machines remember.
struct World {
    seed: u64,
    policy: Policy,
    vendor: Vendor,
    clock: Arc<VirtualClock>,
    rng: SeededRng,
    shared: Shared,
    store: SqliteHost,
    newest: NewestSeal,
    answers: Answers,
    revoked: Vec<KeyId>,
    model: Model,
    machines: Vec<Machine>,
    requests: u64,
    backup: Option<(Vec<Record>, Model)>,
    /// What has happened, in words.
    seen: Vec<&'static str>,
}

/// What a machine remembers of its requests.
#[derive(Clone, Default)]
struct Machine {
    sent: Vec<PlainRequest>,
    leases: Vec<(usize, Cti)>,
    issued: u64,
}

const PRODUCTS: [&str; 2] = ["acme-cad", "acme-cam"];
const FAMILY: &str = "acme";
const MACHINES: u64 = 6;

impl World {
    fn new(seed: u64) -> Self {
        let rng = SeededRng::new(seed);
        let vendor = Vendor::from_seed(1);
        let policy = Policy {
            threshold: 1 + below(&rng, 3),
            capacity: [None, Some(1), Some(2), Some(3)][usize::try_from(below(&rng, 4)).expect("below four")],
            window: Span::seconds(3_600 * (1 + below(&rng, 30))),
            validity: Span::seconds(600 * (1 + below(&rng, 40))),
            renewal: Span::MINUTE,
            retry: Span::MINUTE,
            devices: [None, None, None, None, Some(1), Some(2)][usize::try_from(below(&rng, 6)).expect("below six")],
            ..Policy::default()
        };
        let clock = Arc::new(VirtualClock::new(BEGIN.plus(Span::DAY)));
        let store = SqliteHost::in_memory().expect("a store");
        // Products that are set, and such that are not; lengths that policies allow, and such that they do not.
        let ordinary: OrdinaryLeases = PRODUCTS
            .iter()
            .take(usize::try_from(below(&rng, 3)).expect("below three"))
            .map(|product| (product.parse().expect("an id"), Span::seconds(600 * below(&rng, 60))))
            .collect();
        let model = Model::new(policy.clone(), ordinary.clone());
        let shared = shared(&clock, seed);
        shared.set_ordinary(ordinary);
        let mut world = Self {
            seed,
            policy,
            vendor,
            clock,
            rng,
            shared,
            store,
            newest: NewestSeal::default(),
            answers: Answers::default(),
            revoked: Vec::new(),
            model,
            machines: vec![Machine::default(); usize::try_from(MACHINES).expect("a few")],
            requests: 0,
            backup: None,
            seen: Vec::new(),
        };
        world.certify();
        world
    }

    fn run(&mut self, seen: &mut BTreeMap<&'static str, u64>) {
        for _ in 0..4 + self.below(12) {
            match self.below(24) {
                0..=11 => self.requests(),
                12..=14 => self.release(),
                15 => self.end(),
                16 => self.forget(),
                17 => self.clock.advance(Span::seconds(self.below(2 * self.policy.window.as_seconds()))),
                18 | 19 => self.clock.advance(Span::seconds(self.below(1_800))),
                20 => self.clock.set(self.now().minus(Span::seconds(self.below(20_000)))),
                21 => self.look_after(),
                22 => self.backup_or_restore(),
                _ => self.revoke(),
            }
            self.compare_counts();
        }
        self.compare_rows();
        self.seen.iter().for_each(|word| *seen.entry(word).or_default() += 1);
        if self.seed.is_multiple_of(16) {
            let found = check(&mut self.store, &[]);
            assert!(found.iter().all(|finding| !finding.is_failure()), "seed {}: {found:?}", self.seed);
        }
    }

    /// A batch of one request, or of several.
    fn requests(&mut self) {
        let count = if self.below(4) == 0 { 1 + self.below(3) } else { 1 };
        let requests: Vec<PlainRequest> = (0..count).map(|_| self.request()).collect();
        let (items, replies): (Vec<Verified>, Vec<_>) = requests.iter().map(|request| self.lease_item(request)).unzip();
        let expected = self.model.batch(&requests, self.clock.now(), &self.revoked);
        decide(&self.shared, &mut self.store, items, (&mut self.newest, &mut self.answers));
        for ((request, mut reply), expected) in requests.iter().zip(replies).zip(expected) {
            let (reply, _) = reply.try_recv().expect("an answer");
            let answered = answer(&reply);
            let expected = expected.named_as(&answered);
            assert_eq!(answered, expected, "seed {}: {request:?}", self.seed);
            self.seen.push(match &answered {
                Answer::Granted { lease, .. } if self.model.has_named(*lease) => "again",
                Answer::Granted { .. } => "granted",
                Answer::Refused { refusal, .. } => refusal.code().name(),
            });
            if let Answer::Granted { lease, .. } = answered {
                self.machines[request.machine].leases.push((request.product, lease));
                self.model.named(request, lease);
            }
        }
    }

    /// A new request of some machine, or one that it has sent before.
    fn request(&mut self) -> PlainRequest {
        let machine = self.index(MACHINES);
        let sent = self.machines[machine].sent.len() as u64;
        match self.below(6) {
            0 if sent > 0 => return self.machines[machine].sent[self.index(sent)].clone(),
            1 if sent > 0 => return self.machines[machine].sent[self.index(sent.min(1)) + self.index(1)].clone(),
            _ => {}
        }
        self.requests += 1;
        let now = self.now().unix();
        let skewed = if self.below(12) == 0 { now + 14_000 + self.below(1_000) } else { now + self.below(60) };
        let issued = if self.below(5) == 0 { skewed } else { skewed.max(self.machines[machine].issued + 1) };
        self.machines[machine].issued = issued;
        // Machines 0 and 1 are twins, and so are 2 and 3; hardware changes now and then.
        let mut hardware = [u8::try_from(machine / 2).expect("a few"); 5];
        for part in hardware.iter_mut().skip(self.index(4) + 1).take(if self.below(5) == 0 { 3 } else { 0 }) {
            *part = 100 + u8::try_from(self.below(2)).expect("one of two");
        }
        if machine > 3 {
            hardware = [u8::try_from(machine).expect("a few"); 5];
        }
        let leases = &self.machines[machine].leases;
        let holds = (!leases.is_empty() && self.below(3) > 0).then(|| leases[self.index(leases.len() as u64)]);
        let product = usize::from(self.below(4) == 0);
        let holds = holds.filter(|(of, _)| *of == product).map(|(_, lease)| lease);
        let cti = Cti(u128::from(self.requests).to_be_bytes());
        let sign_in = match self.below(8) {
            0 => SignIn::Needed(SignInFault::Expired),
            1 => SignIn::NotSubscribed,
            n => SignIn::User(UserId([u8::try_from(n % 2).expect("one of two"); 32])),
        };
        let issued = Timestamp::from_unix(issued);
        let until = (self.below(3) == 0).then(|| issued.plus(Span::seconds(self.below(50_000))));
        let request = PlainRequest { machine, product, hardware, cti, issued, until, holds, sign_in };
        self.machines[machine].sent.push(request.clone());
        request
    }

    fn lease_item(&self, request: &PlainRequest) -> (Verified, oneshot::Receiver<Answered>) {
        let parts = Component::ALL.into_iter().zip(request.hardware).map(|(part, value)| (part, [value; 8]));
        let kind = RequestKind::Lease(Request {
            issued: request.issued,
            cti: request.cti,
            key: key(request.machine),
            product: PRODUCTS[request.product].parse().expect("an id"),
            number: (1_001 + request.product as u64).try_into().expect("a number"),
            fingerprint: Fingerprint::new(parts).expect("components"),
            client_version: "model".parse().expect("a text"),
            host_name: None,
            chain_of: request.holds.map(|_| self.shared.identity().expect("a host").id()),
            holds: request.holds,
        });
        let (item, reply) = item(request.machine, kind, request.sign_in);
        (Verified { until: request.until, ..item }, reply)
    }

    fn release(&mut self) {
        let machine = self.index(MACHINES);
        let leases = &self.machines[machine].leases;
        let Some(last) = leases.len().checked_sub(1) else { return };
        let (product, lease) = leases[if self.below(3) == 0 { self.index(last as u64 + 1) } else { last }];
        let kind = RequestKind::Release(Release {
            issued: self.now(),
            cti: Cti([9; 16]),
            key: key(machine),
            product: PRODUCTS[product].parse().expect("an id"),
            lease,
        });
        let (item, mut reply) = item(machine, kind, SignIn::default());
        decide(&self.shared, &mut self.store, vec![item], (&mut self.newest, &mut self.answers));
        assert!(matches!(reply.try_recv(), Ok((Reply::Released, _))), "seed {}", self.seed);
        self.model.release(machine, product, lease, self.clock.now());
    }

    fn end(&mut self) {
        let machine = self.index(MACHINES);
        let leases = &self.machines[machine].leases;
        let Some((product, lease)) = leases.get(self.index(leases.len() as u64)).copied() else { return };
        let identity = self.shared.identity().expect("a host");
        let ending = Ending { identity: &identity, shared: &self.shared, now: self.now() };
        let (client, family) = (key(machine).id(), FAMILY.parse().expect("an id"));
        let cause = leasehold_store::host::EndCause::Ordered { by: "model".parse().expect("a text") };
        let leases = [(PRODUCTS[product].parse().expect("an id"), lease)];
        let ended = ending.end(&mut self.store, (client, family), &leases, &cause).expect("ended");
        self.answers.forget_client(client);
        assert_eq!(ended, self.model.end(machine, product, lease, self.clock.now()), "seed {}", self.seed);
    }

    fn forget(&mut self) {
        let machine = self.index(MACHINES);
        let client = key(machine).id();
        let identity = self.shared.identity().expect("a host");
        let ending = Ending { identity: &identity, shared: &self.shared, now: self.now() };
        for row in self.store.rows_of(client).expect("rows") {
            ending.forget(&mut self.store, &row, &"model".parse().expect("a text")).expect("forgotten");
        }
        self.answers.forget_client(client);
        self.model.forget(machine, self.clock.now());
    }

    fn revoke(&mut self) {
        if self.revoked.len() > 1 {
            return;
        }
        let machine = self.index(MACHINES);
        self.revoked.push(key(machine).id());
        self.certify();
        while RevokedClients::default().end_some(&self.shared, &mut self.store) {}
        self.model.revoke(machine, self.clock.now());
    }

    /// Folding, pruning, or a restart of the host.
    fn look_after(&mut self) {
        match self.below(3) {
            0 => while self.store.tidy().expect("tidy") {},
            1 => {
                while self.store.tidy().expect("tidy") {}
                let before = self.now().minus(Span::seconds(self.below(40_000)));
                while self.store.prune(before).expect("pruned") {}
            }
            _ => {
                (self.newest, self.answers) = (NewestSeal::default(), Answers::default());
                self.model.restart();
            }
        }
    }

    fn backup_or_restore(&mut self) {
        if let Some((records, model)) = self.backup.take() {
            self.store = SqliteHost::in_memory().expect("a store");
            let mut records = records.into_iter();
            self.store.restore(&mut || Ok(records.next())).expect("restored");
            self.model = model;
            (self.newest, self.answers) = (NewestSeal::default(), Answers::default());
            self.model.restart();
            while RevokedClients::default().end_some(&self.shared, &mut self.store) {}
            let now = self.clock.now();
            for machine in (0..self.machines.len()).filter(|machine| self.revoked.contains(&key(*machine).id())) {
                self.model.revoke(machine, now);
            }
        } else {
            let mut records = Vec::new();
            let dumped = self.store.dump(&mut |record| {
                records.push(record);
                Ok(())
            });
            dumped.expect("all records");
            self.backup = Some((records, self.model.clone()));
        }
    }

    /// Gives the host its certificate, and a list of what is revoked.
    fn certify(&mut self) {
        let products = PRODUCTS.iter().zip(1_001_u64..);
        let products = products.map(|(id, n)| (id.parse().expect("an id"), n.try_into().expect("a number"))).collect();
        let grant = Grant { family: FAMILY.parse().expect("an id"), products, policy: self.policy.clone() };
        let certified = self.vendor.host(1, vec![grant]);
        let identity = Identity::new(certified.pair().clone(), certified.certificate().clone()).expect("a certificate");
        let (number, keys) = (self.revoked.len() as u64, self.revoked.clone());
        let list = Revocations { issued: BEGIN, cti: Cti([1; 16]), number, keys, documents: Vec::new() };
        self.shared.set_identity(identity.with_revocations(Vec::new(), list));
    }

    fn compare_counts(&mut self) {
        let family = Family { id: FAMILY.parse().expect("an id"), window: self.policy.window };
        let now = self.now();
        for at in [now, now.plus(Span::seconds(self.below(9_000))), now.minus(Span::seconds(self.below(9_000)))] {
            let counts = self.store.counts(&family, at).expect("counts");
            assert_eq!((counts.clients, counts.live), self.model.counts(at), "seed {} at {at}", self.seed);
        }
    }

    fn compare_rows(&mut self) {
        for machine in 0..self.machines.len() {
            let rows = self.store.rows_of(key(machine).id()).expect("rows");
            self.model.compare(machine, rows.first(), self.seed);
            for row in &rows {
                let twin = row.sighting.counting == leasehold_core::Counting::Twin;
                self.seen.extend(twin.then_some("twin"));
                self.seen.extend(row.leases.iter().any(|(_, lease)| lease.forks > 0).then_some("forked"));
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn below(&self, end: u64) -> u64 {
        below(&self.rng, end)
    }

    fn index(&self, end: u64) -> usize {
        usize::try_from(self.below(end)).expect("a small number")
    }
}

fn shared(clock: &Arc<VirtualClock>, seed: u64) -> Shared {
    let rates = RateLimits { requests: None, new_clients: None };
    Shared::new((Arc::clone(clock) as _, Arc::new(SeededRng::new(seed ^ 0x5555))), None, rates)
}

fn item(machine: usize, kind: RequestKind, sign_in: SignIn) -> (Verified, oneshot::Receiver<Answered>) {
    let (reply, answer) = reply_to::channel();
    let origin = Origin::Network(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let (follow, checked) = (Follow::none(), [start(); 2]);
    (Verified { client: key(machine).id(), kind, origin, sign_in, until: None, follow, checked, reply }, answer)
}

/// The answer, with what the model says of it.
fn answer(reply: &Reply) -> Answer {
    match reply {
        Reply::Lease(bytes) => {
            let lease: Lease = Envelope::parse(bytes).and_then(|envelope| envelope.document()).expect("a lease");
            let expires = lease.expires.expect("an end");
            Answer::Granted { lease: lease.cti, request: lease.request, expires, count: lease.count }
        }
        Reply::Refused { refusal, document, .. } => Answer::Refused { refusal: *refusal, sealed: document.is_some() },
        other => panic!("{other:?}"),
    }
}

/// The device keys, of full order.
fn key(machine: usize) -> PublicKey {
    static KEYS: std::sync::OnceLock<Vec<PublicKey>> = std::sync::OnceLock::new();
    let make = || (1..=16).map(|n| leasehold_wire::Keypair::from_seed(&[n; 32]).public()).collect();
    KEYS.get_or_init(make)[machine]
}

fn below(rng: &SeededRng, end: u64) -> u64 {
    u64::from_le_bytes(leasehold_core::random_bytes(rng)) % end.max(1)
}
