//! Speaking with hosts: the ways to them in their order, and what each says.

use leasehold_core::Cti;
use leasehold_discovery::Found;
use leasehold_wire::envelope::{MOST_REVOCATION_BYTES, sign};
use leasehold_wire::{HostCertificate, Keypair, Method, Reason, Release, Revocations, verify};

use crate::chance::draw;
use crate::client::{Client, Released};
use crate::error::{Error, Failure, HostSource, Tried};
use crate::session::exchange::{NotAHost, Reply};
use crate::session::host::answer::{Accepted, Expected, Rejected, Sent};
use crate::session::host::lookup;
use crate::session::host::route::Route;
use crate::session::refused::Refused;
use crate::state::files::Turn;
use crate::state::record::Wish;

/// What a host says to a request.
#[derive(Debug)]
pub(crate) enum Heard {
    Granted(Accepted),
    Refused(Refused),
}

/// The first answer of a host.
#[derive(Debug)]
pub(crate) struct First<T> {
    /// What it says.
    pub(crate) answer: T,
    /// Which host, and the way to it.
    pub(crate) route: Route,
    /// Those tried before, which have not answered.
    pub(crate) passed_over: Vec<Tried>,
}

impl Client {
    /// Asks one host after the other for a lease.
    pub(crate) fn ask_for_lease(&self, sent: &Sent) -> Result<First<Heard>, Error> {
        let revocations = self.state.revocations(None).ok().flatten();
        let expected = Expected { manifest: &self.manifest, revocations: revocations.as_ref(), now: self.now() };
        let ask = |route: &Route| match self.lease_from(route, sent, &expected) {
            Ok(heard) => Ok(heard),
            Err(Rejected::For(failure)) => Err(failure),
            Err(Rejected::NeedsChain) => match self.lease_from(route, &sent.asking_for_chain(), &expected) {
                Ok(heard) => Ok(heard),
                Err(Rejected::For(failure)) => Err(failure),
                Err(Rejected::NeedsChain) => Err(Failure::Lease(Reason::UnknownSigner)),
            },
        };
        // A refusal is not signed, and a host's certificate is public: whoever forges a record could refuse for ever. So
        // a found host's refusal is kept, and holds where none of the others grants.
        self.first_answer(ask, |heard, route| match heard {
            Heard::Refused(_) if route.found.is_found() => Weight::Keeps,
            Heard::Refused(_) | Heard::Granted(_) => Weight::Settles,
        })
    }

    /// Gives the lease in hand back to the host, or the one that a lost reply may have brought: a release names its
    /// lease, so that one is asked for first.
    pub(crate) fn give_back(&self, turn: &Turn) -> Result<Released, Error> {
        let product = &self.manifest.product;
        let mut held = self.state.held(None, product)?;
        if held.is_none() && self.record(None)?.request.is_some() {
            self.ask(turn)?;
            held = self.state.held(None, product)?;
        }
        if held.as_ref().is_some_and(|held| held.lease.method == Method::MultipleKey) {
            self.forget_lease()?;
            return Ok(Released::PlaceKept);
        }
        let Some(held) = held else {
            self.forget_lease()?;
            return Ok(Released::NothingHeld);
        };
        let key = self.state.device(None)?.key.ok_or(Error::NoLease(*product))?;
        let release = self.release_of(held.lease.cti, &key);
        let ask = |route: &Route| match self.exchange.post(route, "/v1/releases", &release)? {
            Reply::Done => Ok(None),
            Reply::Refused(refused) if refused.is_the_hosts_own_trouble() => {
                Err(Failure::Unavailable(Box::new(refused)))
            }
            Reply::Refused(refused) => Ok(Some(refused)),
            Reply::Document(_) => Err(Failure::NotAHost(NotAHost::Unasked)),
        };
        let first = self.first_answer(ask, |_, _| Weight::Settles)?;
        if let Some(refused) = first.answer {
            return Ok(Released::Refused(refused));
        }
        self.forget_lease()?;
        Ok(Released::GivenBack { passed_over: first.passed_over })
    }

    /// The host's revocation list, where it has another than `held`; not one by an authority that `held` revokes.
    pub(crate) fn other_revocations(
        &self,
        route: &Route,
        held: Option<&Revocations>,
    ) -> Option<(Vec<u8>, Revocations)> {
        let (most, number) = (MOST_REVOCATION_BYTES as u64, held.map(|list| list.number));
        let Ok(Reply::Document(bytes)) = self.exchange.fetch(route, "/v1/revocations", number, most) else {
            return None;
        };
        let list = verify::<Revocations>(&bytes, &self.manifest.root, self.now(), held).ok()?.document;
        Some((bytes, list))
    }

    fn lease_from(&self, route: &Route, sent: &Sent, expected: &Expected<'_>) -> Result<Heard, Rejected> {
        match self.exchange.post(route, "/v1/leases", &sent.bytes()).map_err(Rejected::For)? {
            Reply::Document(bytes) => expected.accept(sent, &bytes).map(Heard::Granted),
            Reply::Done => Err(Rejected::For(Failure::NotAHost(NotAHost::Unasked))),
            Reply::Refused(refused) if refused.is_the_hosts_own_trouble() => {
                Err(Rejected::For(Failure::Unavailable(Box::new(refused))))
            }
            Reply::Refused(refused) if !self.may_say_no(route, &refused) => Err(Rejected::For(Failure::Foreign)),
            Reply::Refused(refused) => Ok(Heard::Refused(refused)),
        }
    }

    /// Whether a refusal is this vendor's. No signature is on it: a host that lacks the product may be another vendor's,
    /// which has another remedy, and whoever forges a record must not keep the true hosts from being asked.
    fn may_say_no(&self, route: &Route, refused: &Refused) -> bool {
        let found = route.found.is_found();
        if !found && !matches!(refused.code.as_str(), "product-not-granted" | "key-mismatch") {
            return true;
        }
        let Ok(Reply::Document(certificate)) = self.exchange.fetch(route, "/v1/host", None, 64 * 1_024) else {
            return !found;
        };
        match verify::<HostCertificate>(&certificate, &self.manifest.root, self.now(), None) {
            Ok(_) | Err(Reason::Revoked | Reason::NotYetValid | Reason::Expired) => true,
            Err(Reason::UnknownSigner | Reason::BadSignature) => false,
            Err(Reason::Malformed(_) | Reason::NotAuthorised(_)) => !found,
        }
    }

    /// The first answer of a host that settles it, or else the first that was kept; where none answers, all failures.
    /// Names are looked up only where no known host answers.
    fn first_answer<T>(
        &self,
        ask: impl Fn(&Route) -> Result<T, Failure>,
        weigh: impl Fn(&T, &Route) -> Weight,
    ) -> Result<First<T>, Error> {
        let mut round = Round { tried: Vec::new(), kept: None, ask, weigh };
        if let Some(first) = round.go(self.known_routes()) {
            return Ok(round.ended(first));
        }
        let (found, trouble) = match self.find_hosts() {
            Ok(found) => (found, None),
            Err(trouble) => (Found::default(), Some(trouble)),
        };
        let first = round.go(lookup::routes(&found)).or_else(|| round.go(self.local_routes()));
        match first.or_else(|| round.kept.take()) {
            Some(first) => Ok(round.ended(first)),
            None if round.tried.is_empty() => Err(Error::NoHost { searched: found.searched, trouble }),
            None => Err(Error::NoAnswer { tried: round.tried }),
        }
    }

    /// The ways to hosts that are known without looking anything up, in the order of DESIGN section 6.
    pub(crate) fn known_routes(&self) -> Vec<Route> {
        let set = self.hosts.iter().map(|host| Route::by_name(host.clone(), HostSource::Setting));
        let last = self.record(None).ok().and_then(|record| record.host).filter(|last| !self.hosts.contains(last));
        set.chain(last.map(|last| Route::by_name(last, HostSource::LastGrant))).collect()
    }

    fn release_of(&self, lease: Cti, key: &Keypair) -> Vec<u8> {
        let (issued, cti) = (self.now(), Cti(draw(self.chance.as_ref())));
        sign(&Release { issued, cti, key: key.public(), product: self.manifest.product, lease }, key, &[])
    }

    /// The lease first: a crash between must not leave one that the host has taken back.
    fn forget_lease(&self) -> Result<(), Error> {
        let product = &self.manifest.product;
        let lock = self.state.lock()?;
        self.state.remove_lease(&lock, product)?;
        let mut record = self.record(Some(&lock))?;
        (record.request, record.attempt, record.wish) = (None, None, Wish::Released);
        record.authority = None;
        self.state.keep_record(&lock, product, &record)
    }
}

/// What an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// No other host is asked.
    Settles,
    /// The others are asked; it holds where none of them settles it.
    Keeps,
}

/// Asking one host after the other.
struct Round<T, A, W> {
    /// Those that have not answered.
    tried: Vec<Tried>,
    /// The first answer that has not settled it.
    kept: Option<(T, Route)>,
    ask: A,
    weigh: W,
}

impl<T, A: Fn(&Route) -> Result<T, Failure>, W: Fn(&T, &Route) -> Weight> Round<T, A, W> {
    /// Goes one way after the other until a host's answer settles it.
    fn go(&mut self, routes: Vec<Route>) -> Option<(T, Route)> {
        let before = self.tried.len();
        for route in routes {
            // A host that is dead by its name is dead by its record too; a name that the system does not know may be
            // known there.
            let dead =
                |tried: &Tried| tried.route.address == route.address && !matches!(tried.failure, Failure::NameNotFound);
            if self.tried[..before].iter().any(dead) {
                continue;
            }
            match (self.ask)(&route) {
                Ok(answer) if (self.weigh)(&answer, &route) == Weight::Settles => return Some((answer, route)),
                Ok(answer) => self.kept = self.kept.take().or(Some((answer, route))),
                Err(failure) => self.tried.push(Tried { route, failure }),
            }
        }
        None
    }

    fn ended(self, (answer, route): (T, Route)) -> First<T> {
        First { answer, route, passed_over: self.tried }
    }
}
