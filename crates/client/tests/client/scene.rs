//! A vendor, a scripted host, and a machine: what every test begins with.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use base64ct::{Base64UrlUnpadded, Encoding};
use leasehold_client::{
    Answer, Client, Clock, Error, Granted, HostAddress, HostName, Lookup, Machine, Options, Outcome, Refused, Tick,
};
use leasehold_core::{Component, Cti, Fingerprint, Grant, Policy, Refusal, Span, Timestamp};
use leasehold_testkit::clock::VirtualClock;
use leasehold_testkit::responder::{Incoming, Outgoing, Responder};
use leasehold_testkit::rng::SeededRng;
use leasehold_testkit::vendor::{BEGIN, Chain, Host, Vendor, problem};
use leasehold_wire::seal::{Tip, seal};
use leasehold_wire::{Lease, RefusalReason, Release, Request, SealedRefusal, request};
use tempfile::TempDir;

/// What the host does about the next request for a lease; without any it grants.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Grant(Chain),
    /// Grants, and the reply is lost.
    LoseReply,
    /// Refuses: from the recorded step on with proof.
    Refuse(Refusal),
    /// Refuses without proof, as anyone might.
    Claim(Refusal),
    /// Refuses with a proof that is changed before it is sealed.
    RefuseChanged(Refusal, fn(&mut SealedRefusal)),
    /// Cannot answer now.
    Busy,
    Garbage,
    /// Answers as a web server does.
    WebPage,
    /// The lease is changed before it is sealed.
    Change(fn(&mut Lease)),
    /// The lease is changed after it was sealed.
    Tamper,
    /// Answers whatever this is.
    Say(Outgoing),
    /// From here on this is the host.
    Become(Box<Host>),
}

/// Everything a test needs; temporary files go with it.
pub(crate) struct Scene {
    pub(crate) vendor: Vendor,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) responder: Responder,
    pub(crate) state: TempDir,
    pub(crate) manifest: Vec<u8>,
    pub(crate) machine: Machine,
    acts: Arc<Mutex<VecDeque<Act>>>,
    revocations: Arc<Mutex<Option<Vec<u8>>>>,
    rng: Arc<SeededRng>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with_host(|vendor| vendor.host(1, vec![grant()]))
    }

    pub(crate) fn with_host(host: impl FnOnce(&Vendor) -> Host) -> Self {
        Self::at(Ipv4Addr::LOCALHOST.into(), host)
    }

    /// A host at this address of the machine.
    pub(crate) fn at(ip: IpAddr, host: impl FnOnce(&Vendor) -> Host) -> Self {
        let vendor = Vendor::from_seed(7);
        let clock = Arc::new(VirtualClock::new(BEGIN.plus(Span::DAY)));
        let (acts, revocations) = (Arc::new(Mutex::default()), Arc::new(Mutex::default()));
        let mut served = Served {
            host: host(&vendor),
            clock: Arc::clone(&clock),
            acts: Arc::clone(&acts),
            revocations: Arc::clone(&revocations),
        };
        Self {
            manifest: vendor.manifest(),
            responder: Responder::start_at(ip, move |incoming| served.answer(incoming)),
            state: tempfile::tempdir().unwrap(),
            machine: machine(1),
            rng: Arc::new(SeededRng::new(1)),
            vendor,
            clock,
            acts,
            revocations,
        }
    }

    /// What the host does next, after what was scripted before.
    pub(crate) fn then(&self, act: Act) -> &Self {
        self.acts.lock().unwrap().push_back(act);
        self
    }

    pub(crate) fn publish(&self, revocations: Vec<u8>) {
        *self.revocations.lock().unwrap() = Some(revocations);
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            state: Some(self.state.path().to_owned()),
            hosts: vec![self.address()],
            lookup: Lookup::Off,
            machine: Some(self.machine.clone()),
            host_name: HostName::Withheld,
            clock: self.clock.clone(),
            rng: self.rng.clone(),
            ..Options::default()
        }
    }

    pub(crate) fn address(&self) -> HostAddress {
        self.responder.address().to_string().parse().unwrap()
    }

    /// The application is started.
    pub(crate) fn client(&self) -> Client {
        Client::open(&self.manifest, self.options()).unwrap()
    }

    /// The application is started, asks, and is given a lease.
    pub(crate) fn licensed(&self) -> Granted {
        granted(self.client().activate().unwrap())
    }

    /// The requests for leases that have reached the host, in their order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let seen = self.responder.seen().into_iter().filter(|incoming| incoming.path == "/v1/leases");
        seen.map(|incoming| request::open(&incoming.body).unwrap()).collect()
    }

    /// The releases that have reached the host, in their order.
    pub(crate) fn releases(&self) -> Vec<Release> {
        let seen = self.responder.seen().into_iter().filter(|incoming| incoming.path == "/v1/releases");
        seen.map(|incoming| request::open(&incoming.body).unwrap()).collect()
    }

    pub(crate) fn ctis(&self) -> Vec<Cti> {
        self.requests().iter().map(|request| request.cti).collect()
    }

    /// A file of the vendor's state.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.state.path().join(self.vendor.id().to_string()).join(name)
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.machine.fingerprint(self.vendor.id()).unwrap()
    }
}

struct Served {
    host: Host,
    clock: Arc<VirtualClock>,
    acts: Arc<Mutex<VecDeque<Act>>>,
    revocations: Arc<Mutex<Option<Vec<u8>>>>,
}

impl Served {
    fn answer(&mut self, incoming: &Incoming) -> Outgoing {
        match (incoming.method.as_str(), incoming.path.as_str()) {
            ("POST", "/v1/leases") => self.lease(&request::open(&incoming.body).unwrap()),
            ("POST", "/v1/releases") => match self.next() {
                Some(Act::LoseReply) => Outgoing::HangUp,
                Some(Act::Refuse(refusal)) => Outgoing::problem(problem(&refusal)),
                _ => Outgoing::empty(204),
            },
            ("GET", "/v1/host") => Outgoing::cose(self.host.certificate()),
            ("GET", "/v1/revocations") => {
                self.revocations.lock().unwrap().clone().map_or(Outgoing::empty(404), Outgoing::cose)
            }
            _ => Outgoing::empty(404),
        }
    }

    fn lease(&mut self, request: &Request) -> Outgoing {
        let now = self.clock.now();
        match self.next().unwrap_or(Act::Grant(Chain::AsAsked)) {
            Act::Grant(chain) => Outgoing::cose(self.host.lease(request, now, chain)),
            Act::LoseReply => {
                self.host.lease(request, now, Chain::AsAsked);
                Outgoing::HangUp
            }
            Act::Refuse(refusal) => self.refuse(request, &refusal, |_| ()),
            Act::RefuseChanged(refusal, change) => self.refuse(request, &refusal, change),
            Act::Claim(refusal) => Outgoing::problem(problem(&refusal)),
            Act::Busy => {
                let body = serde_json::json!({ "type": "urn:leasehold:problem:busy", "title": "busy", "status": 503 });
                Outgoing::Reply {
                    status: 503,
                    content_type: "application/problem+json",
                    headers: vec![("retry-after", "30".to_owned())],
                    body: body.to_string().into_bytes(),
                }
            }
            Act::Garbage => Outgoing::cose(b"nonsense".to_vec()),
            Act::WebPage => Outgoing::Reply {
                status: 200,
                content_type: "text/html; charset=utf-8",
                headers: Vec::new(),
                body: b"<h1>It works!</h1>".to_vec(),
            },
            Act::Change(change) => Outgoing::cose(self.host.lease_with(request, now, Chain::Attached, change)),
            Act::Tamper => {
                let mut lease = self.host.lease(request, now, Chain::Attached);
                *lease.last_mut().unwrap() ^= 1;
                Outgoing::cose(lease)
            }
            Act::Say(outgoing) => outgoing,
            Act::Become(host) => {
                self.host = *host;
                self.lease(request)
            }
        }
    }

    /// The problem document of a refusal, with its proof where there is one.
    fn refuse(&self, request: &Request, refusal: &Refusal, change: fn(&mut SealedRefusal)) -> Outgoing {
        let (status, mut body) = problem(refusal);
        if let Some(mut sealed) = sealed(request, refusal, self.clock.now()) {
            change(&mut sealed);
            let chain: &[&[u8]] = if request.chain_of == Some(self.host.id()) { &[] } else { &self.host.chain() };
            let document = seal(&[sealed], Tip::START, self.host.pair()).document(0, chain);
            body["document"] = Base64UrlUnpadded::encode_string(&document).into();
        }
        Outgoing::problem((status, body))
    }

    fn next(&mut self) -> Option<Act> {
        self.acts.lock().unwrap().pop_front()
    }
}

/// A grant from five clients on, of nine leases at once.
pub(crate) fn grant() -> Grant {
    let usual = Vendor::grant();
    Grant { policy: Policy { threshold: 5, capacity: Some(9), ..usual.policy }, ..usual }
}

/// What a host signs of a refusal; `None` before the recorded step.
fn sealed(request: &Request, refusal: &Refusal, now: Timestamp) -> Option<SealedRefusal> {
    let (reason, count, limit, retry) = match *refusal {
        Refusal::CloneSuspected => (RefusalReason::CloneSuspected, None, None, Span::seconds(7_200)),
        Refusal::ThresholdNotMet { count, required, retry } => {
            (RefusalReason::ThresholdNotMet, Some(count), Some(required), retry)
        }
        Refusal::CapacityReached { capacity, retry } => (RefusalReason::CapacityReached, None, Some(capacity), retry),
        _ => return None,
    };
    Some(SealedRefusal {
        issued: now,
        cti: Cti([5; 16]),
        client: request.key.id(),
        product: request.product,
        family: "acme".parse().unwrap(),
        request: request.cti,
        reason,
        retry,
        count,
        limit,
    })
}

/// A machine whose parts all carry this number.
pub(crate) fn machine(number: u8) -> Machine {
    Machine::new(Component::ALL.map(|component| (component, format!("{component:?} number {number}"))))
}

pub(crate) fn granted(answer: Answer) -> Granted {
    match answer.outcome {
        Outcome::Granted(granted) => *granted,
        Outcome::Refused(refused) => panic!("refused: {refused}"),
        Outcome::Held(lease) => panic!("held: {lease:?}"),
        Outcome::Read(read) => panic!("read: {read:?}"),
    }
}

pub(crate) fn refused(answer: Answer) -> Refused {
    match answer.outcome {
        Outcome::Granted(granted) => panic!("granted by {}", granted.host),
        Outcome::Refused(refused) => refused,
        Outcome::Held(lease) => panic!("held: {lease:?}"),
        Outcome::Read(read) => panic!("read: {read:?}"),
    }
}

/// What a client that found it was time has been answered.
pub(crate) fn asked(tick: Result<Tick, Error>) -> Answer {
    match tick {
        Ok(Tick::Asked(answer)) => *answer,
        other => panic!("it was time to ask: {other:?}"),
    }
}
